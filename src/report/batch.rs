//! Several snapshots at once: one line each for what is not a promotion, worst first, then the totals.

use super::{
    escape::shown,
    text::{Settings, summary, word},
};
use crate::{exit::Exit, outcome::Outcome};

/// What several snapshots came to. Keeps a line for each that is not a promotion, and counts the rest.
#[derive(Debug, Default)]
pub struct Batch {
    lines: Vec<Line>,
    promoted: usize,
}

/// One snapshot that is not a promotion.
#[derive(Debug)]
pub struct Line {
    exit: Exit,
    text: String,
}

impl Line {
    /// The line of `outcome`; `None` for a promotion.
    #[must_use]
    pub fn of(outcome: &Outcome<'_>) -> Option<Self> {
        let exit = outcome.exit();
        if exit == Exit::Promote {
            return None;
        }
        let name = outcome.name.as_deref().unwrap_or("-");
        let text = match &outcome.result {
            Ok(judged) => {
                let stage = judged.verdict.stage();
                let (pipeline, stage) = (shown(&stage.pipeline().name), shown(&stage.stage().name));
                format!("{}   {pipeline} / {stage}   {}", shown(name), summary(outcome))
            }
            Err(_) => summary(outcome),
        };
        Some(Self { exit, text })
    }
}

impl Batch {
    /// Counts one snapshot.
    pub fn add(&mut self, line: Option<Line>) {
        match line {
            Some(line) => self.lines.push(line),
            None => self.promoted += 1,
        }
    }

    /// How many snapshots there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len() + self.promoted
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The worst of all; no verdict where there was nothing to judge.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let worst = self.lines.iter().map(|line| line.exit).max();
        worst.unwrap_or(if self.is_empty() { Exit::NoVerdict } else { Exit::Promote })
    }

    /// The lines, worst first, those alike in input order.
    #[must_use]
    pub fn lines(&mut self, settings: &Settings) -> String {
        self.lines.sort_by_key(|line| std::cmp::Reverse(line.exit));
        let width = self.lines.iter().map(|line| line.exit.word().len()).max().unwrap_or_default();
        let mut text = String::new();
        for line in &self.lines {
            let pad = " ".repeat(width - line.exit.word().len());
            text += &format!("{}{pad}  {}\n", word(line.exit, settings), line.text);
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// The totals, the verdict being its first word.
    #[must_use]
    pub fn totals(&self, settings: &Settings) -> String {
        let count = |exit| self.lines.iter().filter(|line| line.exit == exit).count();
        let exit = self.exit();
        format!(
            "{}  {} snapshots: {} promote, {} hold, {} rollback, {} without a verdict\n",
            word(exit, settings),
            self.len(),
            self.promoted,
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
