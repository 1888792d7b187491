//! What fuzzing tries: the crate's own tests try the same on every fixture.

pub mod properties;

// What reads what was written, as others do.
#[path = "../it/shared"]
mod shared {
    pub(crate) mod acting;
    pub(crate) mod html;
    pub(crate) mod junit;
    pub(crate) mod markdown;
    pub(crate) mod trace;
}
