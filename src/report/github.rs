//! `--github`: workflow commands, which GitHub shows as annotations: what is not passing, at its place in the table.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::collections::BTreeMap;

use super::{
    escape::shown,
    format::Settings,
    told::{Told, Urgency, told},
};
use crate::{
    outcome::{Judged, Outcome},
    refusal::{Fault, Refusal},
};

/// GitHub shows no more of a step, and a reader looks at few.
const MOST: usize = 10;

/// The annotations of one snapshot: the first ten, worst first, and what the others are.
#[derive(Debug)]
pub struct Piece(Annotations);

#[derive(Debug, Default)]
struct Annotations {
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
    /// What annotates it.
    fn command(self) -> &'static str {
        match self {
            Self::Rollback | Self::NoVerdict | Self::Fail | Self::NoData => "error",
            Self::Warn => "warning",
        }
    }

    /// As it is counted.
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
    /// The first `most` of `all`; the others are counted.
    fn of(mut all: Vec<Annotation>, mut hidden: Hidden, most: usize) -> Self {
        all.sort_by_key(|annotation| annotation.rank);
        for annotation in all.drain(all.len().min(most)..) {
            *hidden.entry(annotation.rank).or_default() += 1;
        }
        Self { shown: all, hidden }
    }
}

/// The annotations of one snapshot.
#[must_use]
pub fn piece(outcome: &Outcome<'_>, settings: &Settings) -> Piece {
    Piece(match &outcome.result {
        Ok(judged) => {
            let all = of_checks(judged, outcome.name.as_deref().unwrap_or("-"), settings);
            Annotations::of(all, Hidden::new(), MOST)
        }
        Err(refusal) => {
            let more = (refusal.more > 0).then_some((Rank::NoVerdict, refusal.more));
            Annotations::of(of_faults(refusal, settings), more.into_iter().collect(), MOST)
        }
    })
}

/// The lines of a run: at most ten, worst first; where there are more, the tenth says how many.
#[must_use]
pub fn whole(pieces: Vec<Piece>) -> String {
    let (mut all, mut hidden) = (Vec::new(), Hidden::new());
    for Piece(annotations) in pieces {
        all.extend(annotations.shown);
        for (rank, count) in annotations.hidden {
            *hidden.entry(rank).or_default() += count;
        }
    }
    let is_too_many = !hidden.is_empty() || all.len() > MOST;
    let Annotations { shown, hidden } = Annotations::of(all, hidden, if is_too_many { MOST - 1 } else { MOST });
    let lines = shown.into_iter().map(|annotation| annotation.command).chain(and_more(&hidden));
    lines.map(|line| line + "\n").collect()
}

/// The line for those that have none.
fn and_more(hidden: &Hidden) -> Option<String> {
    let (worst, _) = hidden.first_key_value()?;
    let counts: Vec<String> = hidden.iter().map(|(rank, count)| format!("{count} {}", rank.name())).collect();
    let message = format!("and {} more: {}", hidden.values().sum::<usize>(), counts.join(", "));
    Some(command(worst.command(), &[("title", "rollout-gate")], &message))
}

fn of_checks(judged: &Judged<'_>, name: &str, settings: &Settings) -> Vec<Annotation> {
    told(judged).iter().filter_map(|told| of_check(judged, told, name, settings)).collect()
}

fn of_check(judged: &Judged<'_>, told: &Told<'_, '_>, name: &str, settings: &Settings) -> Option<Annotation> {
    let rank = match told.urgency {
        Urgency::Fired => Rank::Rollback,
        Urgency::Failed => Rank::Fail,
        Urgency::NoData => Rank::NoData,
        Urgency::Warned => Rank::Warn,
        Urgency::Passed | Urgency::NotEvaluated => return None,
    };
    let stage = judged.verdict.stage();
    let rule = told.check.map(|check| check.rule);
    let id = rule.map_or("observed", |rule| &rule.id);
    let title = format!("{} {} / {}: {id}", told.word, stage.pipeline().name, stage.stage().name);
    let line = rule.map(|rule| rule.line.to_string());
    let file = line.as_deref().filter(|_| settings.table_is_file);
    let file = file.map(|line| [("file", in_repository(&settings.table)), ("line", line)]);
    let properties: Vec<_> = file.into_iter().flatten().chain([("title", title.as_str())]).collect();
    let what = format!("{} {}, {}", told.subject, told.value, told.limit);
    let lines = [told.reason.as_deref().unwrap_or_default(), &what, &told.places, name];
    Some(Annotation { rank, command: command(rank.command(), &properties, &message(&lines)) })
}

fn of_faults(refusal: &Refusal, settings: &Settings) -> Vec<Annotation> {
    let rank = Rank::NoVerdict;
    let annotation = |fault: &Fault| {
        // What has no place in a text is no file that GitHub could show, and neither is the table in the binary.
        let place = refusal.place(fault).filter(|_| settings.table_is_file || refusal.origin != settings.table);
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

/// What there is of `lines`, each on its own.
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

    fn pieces(ranks: &[Rank]) -> Vec<Piece> {
        let annotation = |rank: &Rank| Annotation { rank: *rank, command: rank.name().to_owned() };
        ranks.iter().map(|rank| Piece(Annotations::of(vec![annotation(rank)], Hidden::new(), MOST))).collect()
    }

    #[test]
    fn ten_are_shown_and_of_more_the_tenth_tells() {
        assert_eq!(whole(pieces(&[Rank::Warn, Rank::Rollback, Rank::Fail])), "rollback\nfail\nwarn\n");
        assert_eq!(whole(pieces(&[Rank::Fail; 10])), "fail\n".repeat(10));
        let more = "::error title=rollout-gate::and 2 more: 2 fail\n";
        assert_eq!(whole(pieces(&[Rank::Fail; 11])), "fail\n".repeat(9) + more);
        let more = "::warning title=rollout-gate::and 3 more: 3 warn\n";
        assert_eq!(
            whole(pieces(&[[Rank::Warn; 3].as_slice(), &[Rank::NoData; 9]].concat())),
            "no data\n".repeat(9) + more
        );
    }

    #[test]
    fn a_snapshot_keeps_no_more_than_can_be_shown() {
        let all = (0..1000).map(|_| Annotation { rank: Rank::Fail, command: "x".to_owned() }).collect();
        let kept = Annotations::of(all, Hidden::new(), MOST);
        assert_eq!((kept.shown.len(), kept.hidden.get(&Rank::Fail)), (10, Some(&990)));
        let text = whole(vec![Piece(kept)]);
        assert!(text.ends_with("::error title=rollout-gate::and 991 more: 991 fail\n"), "{text}");
    }
}
