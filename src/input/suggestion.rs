//! "Did you mean".

use strsim::{damerau_levenshtein, jaro_winkler};

/// The candidate nearest to `word`, if one is near: at most two slips in a word at least twice as long,
/// or alike by Jaro-Winkler (over 0.8, as `treshold` and `threshold` are with 0.89).
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing costs the product of the lengths; nobody mistypes a name this long.
    const LONGEST: usize = 200;
    let is_short = |word: &str| word.len() <= LONGEST;
    let is_near = |candidate: &str| {
        let slips = damerau_levenshtein(word, candidate);
        (slips <= 2 && slips * 2 <= word.chars().count()) || jaro_winkler(word, candidate) > 0.8
    };
    candidates
        .into_iter()
        .filter(|candidate| is_short(word) && is_short(candidate) && is_near(candidate))
        .max_by(|a, b| jaro_winkler(word, a).total_cmp(&jaro_winkler(word, b)))
}

/// Asks whether the nearest candidate was meant, if one is near; else lists them, if they are few.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    const FEW: usize = 20;
    if let Some(nearest) = nearest(word, candidates.clone()) {
        return Some(format!("did you mean `{nearest}`?"));
    }
    let all: Vec<_> = candidates.into_iter().take(FEW + 1).collect();
    match all.len() {
        1..=FEW => Some(format!("known here: {}", all.join(", "))),
        _ => None,
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
            ("x", vec!["y", "z"], None),
            ("", vec!["a"], None),
        ] {
            assert_eq!(nearest(word, candidates.iter().copied()), expected, "{word}");
        }
    }

    #[test]
    fn a_few_candidates_are_listed() {
        assert_eq!(did_you_mean("zzz", ["a", "b"]).as_deref(), Some("known here: a, b"));
        assert_eq!(did_you_mean("zzz", ["a"; 21]), None);
        assert_eq!(did_you_mean("zzz", []), None);
    }
}
