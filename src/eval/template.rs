//! Reason texts that a table gives, with placeholders.

use std::time::Duration;

use super::{
    exact::rounded,
    notation::{duration, hundredfold, shortest},
};

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The metric, with the label where there are several series: `error_rate[eu]`.
    Metric,
    /// The stage's name.
    Stage,
    /// The worst value.
    Value,
    /// The limit; where it moves with the baseline, that of the worst value's window.
    Limit,
    /// The limit times 100.
    LimitPercent,
    /// The worst value in four decimals.
    ValueInFour,
    /// The limit in four decimals.
    LimitInFour,
    /// How many windows trip the rule: `2`, `3 of 5`.
    Windows,
    /// The duration that trips the rule.
    For,
    /// The width of one window.
    Window,
}

impl Placeholder {
    /// Every placeholder with its name between the braces.
    pub const ALL: [(&'static str, Self); 10] = [
        ("metric", Self::Metric),
        ("stage", Self::Stage),
        ("value", Self::Value),
        ("limit", Self::Limit),
        ("limit%", Self::LimitPercent),
        ("value:4", Self::ValueInFour),
        ("limit:4", Self::LimitInFour),
        ("windows", Self::Windows),
        ("for", Self::For),
        ("window", Self::Window),
    ];
}

/// A reason text such as `gate:p95>{limit}ms`, checked: every placeholder in it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<TemplatePart>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    Placeholder(Placeholder),
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// No placeholder has this name.
    UnknownPlaceholder(String),
    /// A `{` without its `}`.
    Unclosed,
}

/// What the placeholders of one reason are filled with.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The metric, with its label where it has one.
    pub subject: &'a str,
    /// The stage's name.
    pub stage: &'a str,
    /// The worst value.
    pub value: f64,
    /// The limit that it is beyond.
    pub limit: f64,
    /// How many windows trip the rule.
    pub windows: String,
    /// The duration that trips the rule.
    pub lasting: Duration,
    /// The width of one window.
    pub window: Duration,
}

impl Template {
    /// Reads a template. `{{` and `}}` are plain braces.
    ///
    /// # Errors
    /// A placeholder that does not exist, or a `{` that is not closed.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(brace);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(inside) = from.strip_prefix('{') {
                let (name, after) = inside.split_once('}').ok_or(TemplateError::Unclosed)?;
                let (_, placeholder) = Placeholder::ALL
                    .into_iter()
                    .find(|(known, _)| *known == name)
                    .ok_or_else(|| TemplateError::UnknownPlaceholder(name.to_owned()))?;
                pieces.push(TemplatePart::Text(std::mem::take(&mut plain)));
                pieces.push(TemplatePart::Placeholder(placeholder));
                rest = after;
            } else {
                plain.push('}');
                rest = from.strip_prefix("}}").or_else(|| from.strip_prefix('}')).unwrap_or_default();
            }
        }
        plain.push_str(rest);
        pieces.push(TemplatePart::Text(plain));
        pieces.retain(|piece| !matches!(piece, TemplatePart::Text(text) if text.is_empty()));
        Ok(Self(pieces))
    }

    /// Whether the text names `placeholder`.
    #[must_use]
    pub fn names(&self, placeholder: Placeholder) -> bool {
        self.0.contains(&TemplatePart::Placeholder(placeholder))
    }

    /// The text, filled: numbers and durations as short as possible.
    #[must_use]
    pub fn fill(&self, facts: &Facts<'_>) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                TemplatePart::Text(text) => text.clone(),
                TemplatePart::Placeholder(placeholder) => match placeholder {
                    Placeholder::Metric => facts.subject.to_owned(),
                    Placeholder::Stage => facts.stage.to_owned(),
                    Placeholder::Value => shortest(facts.value),
                    Placeholder::Limit => shortest(facts.limit),
                    Placeholder::LimitPercent => hundredfold(facts.limit),
                    Placeholder::ValueInFour => rounded(facts.value, 4),
                    Placeholder::LimitInFour => rounded(facts.limit, 4),
                    Placeholder::Windows => facts.windows.clone(),
                    Placeholder::For => duration(facts.lasting),
                    Placeholder::Window => duration(facts.window),
                },
            })
            .collect()
    }
}

impl std::fmt::Display for Template {
    /// As a table writes it, placeholders and all.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            TemplatePart::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
            TemplatePart::Placeholder(placeholder) => {
                let name = Placeholder::ALL.iter().find(|(_, known)| known == placeholder);
                write!(f, "{{{}}}", name.map_or("", |(name, _)| name))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts<'static> {
        Facts {
            subject: "p95[eu]",
            stage: "canary_5",
            value: 430.5,
            limit: 0.08,
            windows: "2".to_owned(),
            lasting: Duration::from_mins(15),
            window: Duration::from_mins(5),
        }
    }

    #[test]
    fn placeholders_are_filled() {
        for (template, text) in [
            ("plain", "plain"),
            ("", ""),
            ("{metric} {stage} {value} {limit} {limit%}", "p95[eu] canary_5 430.5 0.08 8"),
            ("{windows}x{window} {for}", "2x5m 15m"),
            ("{{limit}} } {limit}", "{limit} } 0.08"),
            ("{limit}{limit}", "0.080.08"),
            ("{value:4} {limit:4}", "430.5000 0.0800"),
        ] {
            let parsed = Template::parse(template).unwrap();
            assert_eq!(parsed.fill(&facts()), text);
            assert_eq!(Template::parse(&parsed.to_string()), Ok(parsed));
        }
    }

    #[test]
    fn what_is_no_placeholder_is_refused() {
        assert_eq!(Template::parse("a {limt} b"), Err(TemplateError::UnknownPlaceholder("limt".to_owned())));
        assert_eq!(Template::parse("a {"), Err(TemplateError::Unclosed));
        assert_eq!(Template::parse("{}"), Err(TemplateError::UnknownPlaceholder(String::new())));
    }
}
