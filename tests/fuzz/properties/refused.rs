//! What is refused: every fault has a place in the text that was given, and can be shown.

use rollout_gate::{
    refusal::{Fault, Faults, Refusal},
    report::fault,
};

use super::printed::{assert_harmless, assert_line};

/// Of a refusal of `text`.
pub(crate) fn assert_refusal(refusal: &Refusal, text: &str) {
    assert!((1..=Faults::KEPT).contains(&refusal.faults.len()), "{refusal:?}");
    assert!(refusal.more == 0 || refusal.faults.len() >= Faults::ALIKE, "{refusal:?}");
    assert!(most_alike(&refusal.faults) <= Faults::ALIKE, "{refusal:?}");
    assert_eq!(refusal.text.as_deref(), Some(text));
    refusal.faults.iter().for_each(|fault| assert_fault(fault, text));
    assert!(refusal.faults.is_sorted_by_key(|fault| fault.span.as_ref().map(|span| span.start)), "{refusal:?}");
    assert_harmless(&fault::render(refusal, false));
    assert_line(&(fault::line(refusal) + "\n"));
}

/// How many of the faults have one code, message and way out.
fn most_alike(faults: &[Fault]) -> usize {
    let alike = |fault: &Fault| {
        let is_alike = |other: &&Fault| {
            (other.code, &other.message, &other.related) == (fault.code, &fault.message, &fault.related)
        };
        faults.iter().filter(is_alike).count()
    };
    faults.iter().map(alike).max().unwrap_or(0)
}

/// Of a fault of `text`, or of what is raised about it.
pub(crate) fn assert_fault<C: std::fmt::Debug>(fault: &Fault<C>, text: &str) {
    assert!(!fault.message.is_empty() && fault.help.as_ref().is_none_or(|help| !help.is_empty()), "{fault:?}");
    let spans = fault.span.iter().chain(fault.related.iter().map(|related| &related.span));
    for span in spans {
        assert!(text.get(span.clone()).is_some(), "{fault:?} in {} bytes", text.len());
    }
    assert_eq!(fault.place(text).is_some(), fault.span.is_some(), "{fault:?}");
}
