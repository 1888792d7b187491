//! "Did you mean".

use std::collections::HashSet;

use strsim::{damerau_levenshtein, jaro_winkler};

/// Among how many candidates the nearest is looked for: no list that people keep is longer.
const MOST: usize = 1000;

/// The candidate nearest to `word`, whatever their case, if one is near: at most two slips in a word at
/// least twice as long, or alike by Jaro-Winkler (over 0.8, as `treshold` and `threshold` are with 0.89).
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing costs the product of the lengths; nobody mistypes a name this long.
    const LONGEST: usize = 200;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let likeness = |candidate: &'a str| {
        let lower = (candidate.len() <= LONGEST).then(|| candidate.to_lowercase())?;
        let slips = damerau_levenshtein(&word, &lower);
        let alike = jaro_winkler(&word, &lower);
        let is_near = (slips <= 2 && slips * 2 <= word.chars().count()) || alike > 0.8;
        is_near.then_some((candidate, alike))
    };
    let near = candidates.into_iter().take(MOST).filter_map(likeness);
    near.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(candidate, _)| candidate)
}

/// What to say of a word that is none of `candidates`: asks whether the nearest was meant, if one is near; else lists
/// them, if they are at most 20; else where to look.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    const FEW: usize = 20;
    if let Some(nearest) = nearest(word, candidates.clone()) {
        return format!("did you mean `{nearest}`?");
    }
    let mut seen = HashSet::new();
    let is_new = |candidate: &&'a str| !candidate.is_empty() && seen.insert(*candidate);
    let all: Vec<_> = candidates.into_iter().filter(is_new).take(FEW + 1).collect();
    match all.len() {
        1..=FEW => format!("known here: {}", all.join(", ")),
        _ => "see how it is spelt where it is declared".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found() {
        for (word, candidates, expected) in [
            ("treshold", vec!["threshold", "window"], Some("threshold")),
            ("maks", vec!["min", "max"], Some("max")),
            ("p95_latency", vec!["error_rate", "p95_latency_ms"], Some("p95_latency_ms")),
            ("gte", vec!["ge"], Some("ge")),
            ("P95_MS", vec!["error_rate", "p95_ms"], Some("p95_ms")),
            ("ab", vec!["ac"], Some("ac")),
            ("ab", vec!["cd"], None),
            ("x", vec!["y", "z"], None),
            ("", vec!["a"], None),
        ] {
            assert_eq!(nearest(word, candidates.iter().copied()), expected, "{word}");
        }
    }

    #[test]
    fn long_words_are_nobodys_slips() {
        let (long, too_long) = ("a".repeat(200), "a".repeat(201));
        for (word, candidate, is_near) in
            [(&long, &long, true), (&too_long, &long, false), (&long, &too_long, false), (&too_long, &too_long, false)]
        {
            assert_eq!(nearest(word, [candidate.as_str()]).is_some(), is_near, "{} {}", word.len(), candidate.len());
        }
        let after = |candidates| std::iter::repeat_n("other", candidates).chain(["threshold"]);
        assert_eq!(nearest("treshold", after(MOST - 1)), Some("threshold"));
        assert_eq!(nearest("treshold", after(MOST)), None);
    }

    #[test]
    fn a_few_candidates_are_listed() {
        assert_eq!(did_you_mean("zzz", ["a", "b"]), "known here: a, b");
        assert_eq!(did_you_mean("zzz", ["a", "", "b", "a"]), "known here: a, b");
        let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
        let otherwise = "see how it is spelt where it is declared";
        assert_eq!(did_you_mean("zzz", many.iter().map(String::as_str)), otherwise);
        assert_eq!(did_you_mean("zzz", []), otherwise);
    }
}
