//! Words of the core in JSON and its schema: by their names, so that a new one is known here as soon as it has one.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{
    eval::{
        comparator::Comparator,
        table::{Kind, Severity},
        verdict::{Decision, Hold, State},
    },
    refusal::Code,
};

macro_rules! by_name {
    ($($word:ident),*) => {$(
        impl Serialize for $word {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $word {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                let known = Self::ALL.iter().copied().find(|known| known.name() == name);
                known.ok_or_else(|| D::Error::custom(format!("{name:?} is not known here")))
            }
        }

        impl JsonSchema for $word {
            fn schema_name() -> Cow<'static, str> {
                stringify!($word).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "enum": Self::ALL.iter().map(|known| known.name()).collect::<Vec<_>>() })
            }
        }
    )*};
}

by_name!(Code, Comparator, Decision, Hold, Kind, Severity, State);
