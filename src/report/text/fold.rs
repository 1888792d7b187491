//! Which rows are shown: of many checks, those that somebody should look at.

use std::{
    cmp::{Ordering, Reverse},
    collections::{HashMap, HashSet},
};

use crate::{
    eval::{
        table::Kind,
        verdict::{Check, Stretch},
    },
    report::{
        escape::shown,
        rows::{CheckRow, Urgency},
    },
};

/// More passing checks than this are one line.
const MANY_PASSING: usize = 8;

/// Of more series of one rule than this, the worst are shown.
const MANY_SERIES: usize = 6;

/// So many of them.
const WORST: usize = 3;

/// A row, or a line in the place of several.
pub(super) enum Shown<R> {
    Row(R),
    Folded(String),
}

impl<R> Shown<R> {
    /// The row, if it is one.
    pub(super) fn row(&self) -> Option<&R> {
        match self {
            Self::Row(row) => Some(row),
            Self::Folded(_) => None,
        }
    }
}

/// Every row.
pub(super) fn unfolded<R>(rows: Vec<R>) -> Vec<Shown<R>> {
    rows.into_iter().map(Shown::Row).collect()
}

/// The rows, which come worst first, without those of many that pass, and of many series of one rule the worst.
pub(super) fn folded<'a, 't>(rows: Vec<CheckRow<'a, 't>>) -> Vec<Shown<CheckRow<'a, 't>>> {
    let passing = rows.iter().filter(|row| is_passing(row)).count();
    if passing <= MANY_PASSING {
        return fold_series(rows);
    }
    let with_gaps =
        rows.iter().filter(|row| is_passing(row) && row.check.is_some_and(|check| !check.no_data.is_empty()));
    let gaps = match with_gaps.count() {
        0 => String::new(),
        gaps => format!(", {gaps} with gaps"),
    };
    let line = Shown::Folded(format!("ok: {passing} checks{gaps}; -v shows them"));
    let (not_evaluated, judged): (Vec<_>, Vec<_>) =
        rows.into_iter().filter(|row| !is_passing(row)).partition(|row| row.urgency == Urgency::NotEvaluated);
    let mut shown = fold_series(judged);
    shown.push(line);
    shown.extend(fold_series(not_evaluated));
    shown
}

/// The time observed is no check, and always shown.
fn is_passing(row: &CheckRow<'_, '_>) -> bool {
    row.urgency == Urgency::Passed && row.check.is_some()
}

fn fold_series<'a, 't>(rows: Vec<CheckRow<'a, 't>>) -> Vec<Shown<CheckRow<'a, 't>>> {
    let mut of_rules: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        if let Some(check) = row.check {
            of_rules.entry(&check.rule.id).or_default().push(place);
        }
    }
    let many = of_rules.into_iter().filter(|(_, places)| places.len() > MANY_SERIES);
    let (mut hidden, mut lines) = (HashSet::new(), HashMap::new());
    for (rule, mut places) in many {
        places.sort_by(|one, other| {
            rows.get(*one).map(rank).partial_cmp(&rows.get(*other).map(rank)).unwrap_or(Ordering::Equal)
        });
        let mut others = places.split_off(WORST);
        others.sort_unstable();
        let words = others.iter().filter_map(|place| rows.get(*place)).map(|row| row.word);
        let line = format!("{} more series of {}: {}; -v shows them", others.len(), shown(rule), tally(words));
        lines.insert(places.iter().max().copied(), line);
        hidden.extend(others);
    }
    let kept = rows.into_iter().enumerate().filter(|(place, _)| !hidden.contains(place));
    kept.flat_map(|(place, row)| [Some(Shown::Row(row)), lines.remove(&Some(place)).map(Shown::Folded)])
        .flatten()
        .collect()
}

/// What comes first of the rows of one rule: the most urgent, the farthest past the limit, the least measured.
fn rank(row: &CheckRow<'_, '_>) -> (Urgency, Reverse<f64>, Reverse<usize>) {
    let unmeasured = row.check.map_or(0, |check| check.gaps().iter().map(Stretch::windows).sum());
    (row.urgency, Reverse(row.check.and_then(past_limit).unwrap_or(f64::NEG_INFINITY)), Reverse(unmeasured))
}

/// How far the worst value is past the limit.
fn past_limit(check: &Check<'_>) -> Option<f64> {
    let worst = check.worst?;
    let above = worst.value - worst.limit;
    let side = check.rule.condition.comparator.side();
    Some(match (check.rule.kind, side) {
        (Kind::Rollback, Some(Ordering::Greater)) | (Kind::Gate, Some(Ordering::Less)) => above,
        (_, Some(_)) => -above,
        (_, None) => above.abs(),
    })
}

/// `5 FAIL, 4 no data`, in the order in which they come.
fn tally(words: impl Iterator<Item = &'static str>) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in words {
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_in_their_order() {
        assert_eq!(tally(["FAIL", "FAIL", "no data", "FAIL"].into_iter()), "3 FAIL, 1 no data");
        assert_eq!(tally([].into_iter()), "");
    }
}
