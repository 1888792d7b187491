//! Reason texts, and the numbers in them.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use rollout_gate::eval::{
    exact::rounded,
    notation::{duration, four_decimals, hundredfold, hundredth, shortest},
    template::{Facts, Placeholder, Template, TemplateError},
};

use super::numbers::bits;

/// A text is filled as a plain reading of it is, or refused; numbers are written so that they are read again. The bytes
/// are the facts of a reason, then its text.
pub fn holds(bytes: &[u8]) {
    let Ok((facts, text)) = given(Unstructured::new(bytes)) else { return };
    for number in [facts.value, facts.limit] {
        assert_number(number);
    }
    let parsed = Template::parse(text);
    assert_eq!(parsed.is_ok(), plainly(text, &facts).is_some(), "{text:?}");
    match parsed {
        Ok(template) => {
            assert_eq!(Some(template.fill(&facts)), plainly(text, &facts), "{text:?}");
            assert_eq!(Template::parse(&template.to_string()).as_ref(), Ok(&template), "{text:?}");
            for (name, placeholder) in Placeholder::ALL {
                assert!(!template.names(placeholder) || text.contains(&format!("{{{name}}}")), "{text:?}");
            }
        }
        Err(TemplateError::Unclosed) => assert!(text.contains('{'), "{text:?}"),
        Err(TemplateError::UnknownPlaceholder(name)) => {
            assert!(Placeholder::ALL.iter().all(|(known, _)| *known != name), "{text:?}");
            assert!(text.contains(&format!("{{{name}}}")), "{text:?}");
        }
    }
}

fn given(mut bytes: Unstructured<'_>) -> arbitrary::Result<(Facts<'_>, &str)> {
    let finite = |number: f64| if number.is_finite() { number } else { 0.5 };
    let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds) + 1);
    let facts = Facts {
        value: finite(f64::arbitrary(&mut bytes)?),
        limit: finite(f64::arbitrary(&mut bytes)?),
        windows: u16::arbitrary(&mut bytes)?.to_string(),
        lasting: seconds(u32::arbitrary(&mut bytes)?),
        window: seconds(u32::arbitrary(&mut bytes)?),
        subject: "a[{limit}]",
        stage: "s}{value}",
    };
    Ok((facts, <&str>::arbitrary_take_rest(bytes)?))
}

/// The text filled character by character.
fn plainly(text: &str, facts: &Facts<'_>) -> Option<String> {
    let mut filled = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' if characters.next_if_eq(&'{').is_some() => filled.push('{'),
            '}' => {
                characters.next_if_eq(&'}');
                filled.push('}');
            }
            '{' => {
                let mut name = String::new();
                loop {
                    match characters.next()? {
                        '}' => break,
                        character => name.push(character),
                    }
                }
                filled += &match name.as_str() {
                    "metric" => facts.subject.to_owned(),
                    "stage" => facts.stage.to_owned(),
                    "value" => shortest(facts.value),
                    "limit" => shortest(facts.limit),
                    "limit%" => hundredfold(facts.limit),
                    "value:4" => rounded(facts.value, 4),
                    "limit:4" => rounded(facts.limit, 4),
                    "windows" => facts.windows.clone(),
                    "for" => duration(facts.lasting),
                    "window" => duration(facts.window),
                    _ => return None,
                };
            }
            character => filled.push(character),
        }
    }
    Some(filled)
}

/// A number is written as it is, as short as it may be, and moved by its point.
fn assert_number(number: f64) {
    let read = |text: String| text.parse::<f64>().ok().filter(|number| number.is_finite());
    // What is nothing has no sign.
    let number = if number == 0.0 { 0.0 } else { number };
    assert_eq!(bits(read(shortest(number))), bits(Some(number)), "{number}");
    // Written in decimals, times 100 is two more of power.
    let moved = |power: i32| {
        read(
            format!("{number:e}")
                .replace('e', "x")
                .split_once('x')
                .map_or(String::new(), |(digits, old)| format!("{digits}e{}", old.parse::<i32>().unwrap() + power)),
        )
    };
    assert_eq!(hundredfold(number).parse::<f64>().ok().filter(|number| number.is_finite()), moved(2), "{number}");
    assert_eq!(read(hundredth(number)), moved(-2), "{number}");
    let rounded = four_decimals(number);
    let (_, decimals) = rounded.split_once('.').unwrap();
    assert_eq!(decimals.len(), 4, "{rounded}");
    let distance = (rounded.parse::<f64>().unwrap() - number).abs();
    assert!(distance <= 0.000_05 + number.abs() * f64::EPSILON, "{number} {rounded}");
}
