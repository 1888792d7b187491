//! Numbers as people write them in JSON: 400, and not 400.0.

use std::{borrow::Cow, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};

/// A finite number, written without a decimal point where it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct JsonNumber(pub f64);

impl JsonNumber {
    /// How many minutes `duration` has.
    #[must_use]
    pub fn minutes(duration: Duration) -> Self {
        Self(duration.as_secs_f64() / 60.0)
    }
}

impl Serialize for JsonNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here every whole f64 is the same number as an i64.
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() <= LARGEST {
            #[allow(clippy::cast_possible_truncation)]
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl JsonSchema for JsonNumber {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_no_decimals() {
        for (value, text) in [(400.0, "400"), (-0.0, "0"), (0.08, "0.08"), (1e300, "1e+300"), (1e-7, "1e-7")] {
            assert_eq!(serde_json::to_string(&JsonNumber(value)).unwrap(), text);
            assert_eq!(serde_json::from_str::<JsonNumber>(text).unwrap(), JsonNumber(value));
        }
    }
}
