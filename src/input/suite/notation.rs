//! The short notation of windows: `240x3` is 240 in three windows, `_` is no data, `true x2` a flag in two.

use crate::eval::number::Finite;

/// What stands in one or several windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Element {
    /// No data.
    Nothing,
    /// A flag.
    Flag(bool),
    /// A number.
    Number(Finite),
}

/// What is wrong with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotationError {
    /// What stands before the `x`, or alone, is no value.
    NoValue,
    /// What stands behind the `x` is no whole number from 1 on.
    NoCount,
    /// A number that is too large to be one.
    NotFinite,
}

/// A value, or a value and in how many windows it stands: at least 1, `usize::MAX` where it is more than that.
///
/// # Errors
/// It is neither.
pub(super) fn parse(text: &str) -> Result<(Element, usize), NotationError> {
    match text.split_once('x') {
        None => Ok((element(text)?, 1)),
        Some((value, count)) => Ok((element(value)?, windows(count)?)),
    }
}

fn element(text: &str) -> Result<Element, NotationError> {
    match text.trim() {
        "_" => Ok(Element::Nothing),
        "true" => Ok(Element::Flag(true)),
        "false" => Ok(Element::Flag(false)),
        number => {
            // `parse` would take `inf` and `nan` too.
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            let number = number.parse::<f64>().ok().filter(|_| is_plain).ok_or(NotationError::NoValue)?;
            Finite::new(number).map(Element::Number).ok_or(NotationError::NotFinite)
        }
    }
}

fn windows(text: &str) -> Result<usize, NotationError> {
    let count = text.trim();
    if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotationError::NoCount);
    }
    // Only a number beyond every bound cannot be one of its digits.
    match count.parse().unwrap_or(usize::MAX) {
        0 => Err(NotationError::NoCount),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> Element {
        Element::Number(Finite::new(value).unwrap())
    }

    #[test]
    fn a_value_and_how_often() {
        for (text, element, count) in [
            ("240x3", number(240.0), 3),
            ("240 x 3", number(240.0), 3),
            (" 240 ", number(240.0), 1),
            ("0x10", number(0.0), 10),
            ("1e-3x4", number(1e-3), 4),
            ("-.5x2", number(-0.5), 2),
            ("_", Element::Nothing, 1),
            ("_x2", Element::Nothing, 2),
            ("true x 4", Element::Flag(true), 4),
            ("false", Element::Flag(false), 1),
            ("1x99999999999999999999999", number(1.0), usize::MAX),
        ] {
            assert_eq!(parse(text), Ok((element, count)), "{text}");
        }
    }

    #[test]
    fn what_could_be_misread_is_refused() {
        for (text, error) in [
            ("", NotationError::NoValue),
            ("x", NotationError::NoValue),
            ("x3", NotationError::NoValue),
            ("fast", NotationError::NoValue),
            ("infx3", NotationError::NoValue),
            ("nan", NotationError::NoValue),
            ("2_000x3", NotationError::NoValue),
            ("1,5x3", NotationError::NoValue),
            ("240×3", NotationError::NoValue),
            ("TRUE", NotationError::NoValue),
            ("240x", NotationError::NoCount),
            ("240x0", NotationError::NoCount),
            ("240x-1", NotationError::NoCount),
            ("240x+1", NotationError::NoCount),
            ("240x1.5", NotationError::NoCount),
            ("240x3x2", NotationError::NoCount),
            ("240x3 # x", NotationError::NoCount),
            ("1e999x2", NotationError::NotFinite),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }
}
