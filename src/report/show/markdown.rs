//! The ladder and the stage as Markdown, as GitHub reads it.

use super::{Ladder, Row, place, rollback_steps, rules_of};
use crate::{
    eval::{
        notation::duration,
        table::{Kind, Pipeline, Rule, StageRules},
    },
    report::{
        escape::shown,
        wording::{Scope, Wording},
    },
};

/// The ladder of a pipeline and its limits.
pub(super) fn ladder(pipeline: &Pipeline) -> String {
    let window = pipeline.window.map_or_else(String::new, |window| format!(", windows of {}", duration(window)));
    let title = pipeline.title.as_deref().map_or_else(String::new, |title| format!(": {}", prose(title)));
    let mut text = format!("## {}{title}{window}\n\n", code(&pipeline.name));
    text += &paragraph(pipeline.about.as_deref());
    let ladder = Ladder::new(pipeline, &Wording::new(pipeline, code));
    text += &line("", "rule", ladder.stages.iter().map(String::as_str));
    text += &line("---", "---", ladder.stages.iter().map(|_| "---"));
    text + &ladder.rows.iter().map(row).collect::<String>()
}

fn row(row: &Row) -> String {
    let kind = row.kind.map_or("", Kind::name);
    let marks = row.marks.iter().map(|mark| format!(" ({mark})"));
    let label = std::iter::once(row.label.clone()).chain(marks).collect::<String>();
    line(kind, &label, row.cells.iter().map(|cell| cell.as_deref().unwrap_or("-")))
}

fn line<'a>(kind: &'a str, label: &'a str, cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<&str> = [kind, label].into_iter().chain(cells).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A stage: its rules in words, and the steps into and out of it.
pub(super) fn stage(rules: StageRules<'_>) -> String {
    let (pipeline, stage) = (rules.pipeline(), rules.stage());
    let title = stage.title.as_deref().map_or_else(String::new, |title| format!(": {}", prose(title)));
    let mut text = format!("## {} / {}{title}\n\n", code(&pipeline.name), code(&stage.name));
    text += &paragraph(stage.about.as_deref());
    let observe = stage
        .observe
        .map_or_else(String::new, |observe| format!(" A snapshot must cover at least {}.", duration(observe)));
    text += &match rules.next() {
        Some(next) => format!("This is {}; a promotion leads to {}.{observe}\n", place(rules), code(&next.name)),
        None => format!("This is {}, the last.{observe}\n", place(rules)),
    };
    text += &steps("Steps to enter", &stage.enter);
    for kind in [Kind::Gate, Kind::Rollback] {
        let items: String = rules_of(rules, kind).map(|rule| item(rules, rule)).collect();
        if !items.is_empty() {
            text += &format!("\n### {}\n\n{items}", heading(kind));
        }
    }
    let within = stage.rollback_within.map_or_else(String::new, |within| format!(" within {}", duration(within)));
    text + &steps(&format!("Steps of a rollback{within}"), rollback_steps(rules))
}

fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Gate => "Gate: every one must hold",
        Kind::Rollback => "Rollback: any one rolls back",
    }
}

fn item(stage: StageRules<'_>, rule: &Rule) -> String {
    let words = Wording::new(stage.pipeline(), code);
    let scope = Scope::Stage(stage.id());
    let sentences = std::iter::once(words.sentence(rule, scope)).chain(words.notes(rule, scope));
    let about = rule.about.as_deref().map(prose);
    let all: Vec<String> = sentences.chain(about).collect();
    format!("- {} ({}, line {})\n", all.join(" "), code(&rule.id), rule.line)
}

fn steps(title: &str, steps: &[String]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let items = (1..).zip(steps).map(|(number, step)| format!("{number}. {}", prose(step)));
    format!("\n### {title}\n\n{}\n", items.collect::<Vec<_>>().join("\n"))
}

fn paragraph(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!("{}\n\n", prose(text)))
}

/// A name as code where it can be: backticks would end it, and `|` and `\` are read by tables before code is.
fn code(name: &str) -> String {
    let name = shown(name);
    let is_plain = |c: char| !matches!(c, '`' | '|' | '\\');
    if !name.trim().is_empty() && name.trim() == name && name.chars().all(is_plain) {
        format!("`{name}`")
    } else {
        prose(&name)
    }
}

/// Text from a file as one line that reads as it is written: nothing in it is markup.
fn prose(text: &str) -> String {
    let text = shown(text.trim());
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            _ if is_markup(before, character, after, &escaped) => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
        before = character;
    }
    escaped
}

/// Whether a character can be markup between its neighbours, behind what was written before it.
fn is_markup(before: char, character: char, after: char, written: &str) -> bool {
    match character {
        '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => true,
        // Inside a word it is a part of it, as in names.
        '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
        '#' | '+' | '-' | '=' => written.is_empty(),
        // A number at the head of a line begins a list.
        '.' | ')' => after == ' ' && !written.is_empty() && written.chars().all(|c| c.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_code_where_they_can_be() {
        for (name, expected) in [
            ("p95_ms", "`p95_ms`"),
            ("a <b> *c* & d", "`a <b> *c* & d`"),
            ("a|b", "a\\|b"),
            ("a`b", "a\\`b"),
            ("a\\b", "a\\\\b"),
            (" a", "a"),
            ("a\nb", "a\\\\nb"),
            ("", ""),
        ] {
            assert_eq!(code(name), expected, "{name:?}");
        }
    }

    #[test]
    fn prose_is_no_markup() {
        for (text, expected) in [
            ("Set FLAG_A_B=false, then *all*.", "Set FLAG_A_B=false, then \\*all\\*."),
            ("_a_ __b__", "\\_a\\_ \\_\\_b\\_\\_"),
            ("<script> & [x](y)", "&lt;script&gt; &amp; \\[x\\](y)"),
            ("1. not a list", "1\\. not a list"),
            ("- nor this", "\\- nor this"),
            ("# nor a heading - at all", "\\# nor a heading - at all"),
            ("a | b\nc", "a \\| b\\\\nc"),
        ] {
            assert_eq!(prose(text), expected, "{text:?}");
        }
    }
}
