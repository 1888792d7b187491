//! `--github`: workflow commands, which GitHub shows as annotations: what is not passing, at its place in the table.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::collections::BTreeMap;

use super::{
    escape::shown,
    rows::{CheckRow, Urgency, check_rows},
    section::Section,
    table_name::TableName,
};
use crate::{
    outcome::{Judged, Outcome},
    refusal::{Fault, Refusal},
};

/// GitHub shows no more annotations of one step.
const MOST: usize = 10;

/// The annotations of one snapshot: the ten worst, and how many others there are.
#[derive(Debug)]
pub(super) struct Annotations {
    shown: Vec<Annotation>,
    hidden: Hidden,
}

/// How many are not shown, of each rank.
type Hidden = BTreeMap<Rank, usize>;

#[derive(Debug)]
struct Annotation {
    rank: Rank,
    /// A line, without its end.
    command: String,
}

/// The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Rollback,
    NoVerdict,
    Fail,
    NoData,
    Warn,
}

impl Rank {
    /// The command that annotates it.
    fn command(self) -> &'static str {
        match self {
            Self::Rollback | Self::NoVerdict | Self::Fail | Self::NoData => "error",
            Self::Warn => "warning",
        }
    }

    /// What it is called where it is counted.
    fn name(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::NoVerdict => "no verdict",
            Self::Fail => "fail",
            Self::NoData => "no data",
            Self::Warn => "warn",
        }
    }
}

impl Annotations {
    /// The worst `most` of `all`; the others are added to `hidden`.
    fn first(mut all: Vec<Annotation>, mut hidden: Hidden, most: usize) -> Self {
        all.sort_by_key(|annotation| annotation.rank);
        for annotation in all.drain(all.len().min(most)..) {
            *hidden.entry(annotation.rank).or_default() += 1;
        }
        Self { shown: all, hidden }
    }
}

impl Section for Annotations {
    fn of(outcome: &Outcome<'_>, table: &TableName) -> Self {
        match &outcome.result {
            Ok(judged) => {
                let all = of_checks(judged, outcome.name.as_deref().unwrap_or("-"), table);
                Self::first(all, Hidden::new(), MOST)
            }
            Err(refusal) => {
                let more = (refusal.more > 0).then_some((Rank::NoVerdict, refusal.more));
                Self::first(of_faults(refusal, table), more.into_iter().collect(), MOST)
            }
        }
    }

    /// At most ten lines, worst first; where there are more, the tenth says how many.
    fn assemble(sections: Vec<Self>) -> String {
        let (mut all, mut hidden) = (Vec::new(), Hidden::new());
        for annotations in sections {
            all.extend(annotations.shown);
            for (rank, count) in annotations.hidden {
                *hidden.entry(rank).or_default() += count;
            }
        }
        let is_too_many = !hidden.is_empty() || all.len() > MOST;
        let Self { shown, hidden } = Self::first(all, hidden, if is_too_many { MOST - 1 } else { MOST });
        let lines = shown.into_iter().map(|annotation| annotation.command).chain(and_more(&hidden));
        lines.map(|line| line + "\n").collect()
    }
}

/// The line that counts the hidden ones; `None` where there are none.
fn and_more(hidden: &Hidden) -> Option<String> {
    let (worst, _) = hidden.first_key_value()?;
    let counts: Vec<String> = hidden.iter().map(|(rank, count)| format!("{count} {}", rank.name())).collect();
    let message = format!("and {} more: {}", hidden.values().sum::<usize>(), counts.join(", "));
    Some(command(worst.command(), &[("title", "rollout-gate")], &message))
}

fn of_checks(judged: &Judged<'_>, name: &str, table: &TableName) -> Vec<Annotation> {
    check_rows(judged).iter().filter_map(|row| of_check(judged, row, name, table)).collect()
}

fn of_check(judged: &Judged<'_>, row: &CheckRow<'_, '_>, name: &str, table: &TableName) -> Option<Annotation> {
    let rank = match row.urgency {
        Urgency::Fired => Rank::Rollback,
        Urgency::Failed => Rank::Fail,
        Urgency::Pending | Urgency::NoData => Rank::NoData,
        Urgency::Warned => Rank::Warn,
        Urgency::Passed | Urgency::NotEvaluated => return None,
    };
    let stage = judged.verdict.stage();
    let rule = row.check.map(|check| check.rule);
    let id = rule.map_or("observed", |rule| &rule.id);
    let title = format!("{} {} / {}: {id}", row.word, stage.pipeline().name, stage.stage().name);
    let line = rule.map(|rule| rule.line.to_string());
    let file = line.as_deref().filter(|_| table.is_file);
    let file = file.map(|line| [("file", in_repository(&table.name)), ("line", line)]);
    let properties: Vec<_> = file.into_iter().flatten().chain([("title", title.as_str())]).collect();
    let what = format!("{} {}, {}", row.subject, row.value, row.limit);
    let lines = [row.reason.as_deref().unwrap_or_default(), &what, &row.windows, name];
    Some(Annotation { rank, command: command(rank.command(), &properties, &message(&lines)) })
}

fn of_faults(refusal: &Refusal, table: &TableName) -> Vec<Annotation> {
    let rank = Rank::NoVerdict;
    let annotation = |fault: &Fault| {
        // GitHub can annotate a place in a file only: not standard input, and not the table in the binary.
        let place = refusal.place(fault).filter(|_| table.is_file || refusal.origin != table.name);
        let place = place.filter(|_| refusal.origin != "-");
        let (line, column) = place.map(|place| (place.line.to_string(), place.column.to_string())).unzip();
        let file = line.is_some().then_some(in_repository(&refusal.origin));
        let title = format!("NO VERDICT: {}", fault.code.name());
        let properties =
            [("file", file), ("line", line.as_deref()), ("col", column.as_deref()), ("title", Some(title.as_str()))];
        let properties: Vec<_> = properties.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let lines = [fault.message.as_str(), fault.help.as_deref().unwrap_or_default(), &fault.path, &refusal.origin];
        Annotation { rank, command: command(rank.command(), &properties, &message(&lines)) }
    };
    refusal.faults.iter().map(annotation).collect()
}

/// A path as GitHub knows it, if the run is at the root of the repository.
fn in_repository(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// Those of `lines` that are not empty, one below the other.
fn message(lines: &[&str]) -> String {
    let lines = lines.iter().filter(|line| !line.is_empty());
    lines.map(|line| shown(line)).collect::<Vec<_>>().join("\n")
}

/// `::error file=gates.yaml,line=54::p95>300ms`, escaped as the runner reads it (actions/runner, `ActionCommand.cs`).
fn command(name: &str, properties: &[(&str, &str)], data: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{key}={}", escaped(&shown(value)).replace(':', "%3A").replace(',', "%2C")))
        .collect();
    format!("::{name} {}::{}", properties.join(","), escaped(data))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_escaped() {
        let properties = [("file", "a,b:c%.yaml"), ("title", "x\ny")];
        assert_eq!(
            command("error", &properties, "50% :: a, b\r\nc"),
            "::error file=a%2Cb%3Ac%25.yaml,title=x\\ny::50%25 :: a, b%0D%0Ac"
        );
    }

    fn assembled(ranks: &[Rank]) -> String {
        let annotation = |rank: &Rank| Annotation { rank: *rank, command: rank.name().to_owned() };
        let section = |rank| Annotations::first(vec![annotation(rank)], Hidden::new(), MOST);
        Annotations::assemble(ranks.iter().map(section).collect())
    }

    #[test]
    fn ten_are_shown_and_of_more_the_tenth_tells() {
        assert_eq!(assembled(&[Rank::Warn, Rank::Rollback, Rank::Fail]), "rollback\nfail\nwarn\n");
        assert_eq!(assembled(&[Rank::Fail; 10]), "fail\n".repeat(10));
        let more = "::error title=rollout-gate::and 2 more: 2 fail\n";
        assert_eq!(assembled(&[Rank::Fail; 11]), "fail\n".repeat(9) + more);
        let more = "::warning title=rollout-gate::and 3 more: 3 warn\n";
        assert_eq!(assembled(&[[Rank::Warn; 3].as_slice(), &[Rank::NoData; 9]].concat()), "no data\n".repeat(9) + more);
    }

    #[test]
    fn a_snapshot_keeps_no_more_than_can_be_shown() {
        let all = (0..1000).map(|_| Annotation { rank: Rank::Fail, command: "x".to_owned() }).collect();
        let kept = Annotations::first(all, Hidden::new(), MOST);
        assert_eq!((kept.shown.len(), kept.hidden.get(&Rank::Fail)), (10, Some(&990)));
        let text = Annotations::assemble(vec![kept]);
        assert!(text.ends_with("::error title=rollout-gate::and 991 more: 991 fail\n"), "{text}");
    }
}
