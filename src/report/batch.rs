//! Several snapshots at once: one line each for what is not a promotion, worst first, then the totals.

use std::collections::HashMap;

use super::{
    escape::shown,
    text::{TextOptions, summary, word},
};
use crate::{exit::Exit, outcome::Outcome};

/// What several snapshots came to: how many of each answer, and the lines of those that have one.
#[derive(Debug, Default)]
pub struct Batch {
    counts: HashMap<Exit, usize>,
    lines: Vec<(Exit, String)>,
}

/// The line that lists `outcome` among several; `None` for a promotion, which is only counted.
#[must_use]
pub fn line(outcome: &Outcome<'_>) -> Option<String> {
    let name = outcome.name.as_deref().unwrap_or("-");
    match &outcome.result {
        Ok(_) if outcome.exit() == Exit::Promote => None,
        Ok(judged) => {
            let stage = judged.verdict.stage();
            let (pipeline, stage) = (shown(&stage.pipeline().name), shown(&stage.stage().name));
            Some(format!("{}   {pipeline} / {stage}   {}", shown(name), summary(outcome)))
        }
        Err(_) => Some(summary(outcome)),
    }
}

impl Batch {
    /// A batch of these exit codes, without lines.
    pub(super) fn of(exits: impl Iterator<Item = Exit>) -> Self {
        let mut batch = Self::default();
        exits.for_each(|exit| batch.add(exit, None));
        batch
    }

    /// Counts one snapshot, and keeps its line for [`Self::lines`].
    pub fn add(&mut self, exit: Exit, line: Option<String>) {
        *self.counts.entry(exit).or_default() += 1;
        self.lines.extend(line.map(|line| (exit, line)));
    }

    /// The worst of all; no verdict where there was nothing to judge.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.counts.keys().copied().max().unwrap_or(Exit::NoVerdict)
    }

    /// The lines, worst first; equally bad ones in the order in which they were added.
    #[must_use]
    pub fn lines(&mut self, options: &TextOptions) -> String {
        self.lines.sort_by_key(|(exit, _)| std::cmp::Reverse(*exit));
        let width = self.lines.iter().map(|(exit, _)| exit.word().len()).max().unwrap_or_default();
        let mut text = String::new();
        for (exit, line) in &self.lines {
            let pad = " ".repeat(width - exit.word().len());
            text += &format!("{}{pad}  {line}\n", word(*exit, options));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// The line of totals, which begins with the verdict.
    #[must_use]
    pub fn totals(&self, options: &TextOptions) -> String {
        format!("{}  {}\n", word(self.exit(), options), self.counts())
    }

    /// How many snapshots there are, and how many of each answer.
    pub(super) fn counts(&self) -> String {
        let count = |exit| self.counts.get(&exit).copied().unwrap_or_default();
        format!(
            "{} snapshots: {} promote, {} hold, {} rollback, {} without a verdict",
            self.counts.values().sum::<usize>(),
            count(Exit::Promote),
            count(Exit::Hold),
            count(Exit::Rollback),
            count(Exit::NoVerdict),
        )
    }

    /// Whether all gates passed, and whether some trigger fired, as one line; nothing where that is unknown.
    #[must_use]
    pub fn answers(&self) -> String {
        let (gate_passed, rollback_triggered) = match self.exit() {
            Exit::Promote => (true, false),
            Exit::Hold => (false, false),
            Exit::Rollback => (false, true),
            Exit::NoVerdict => return String::new(),
        };
        format!("gate_passed: {gate_passed}   rollback_triggered: {rollback_triggered}\n")
    }
}
