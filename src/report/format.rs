//! The formats of report files: one list. A new one is one file beside this and one line in the list.
//!
//! A snapshot's values are gone once it is judged. So each format keeps a piece of every outcome as it comes, on the
//! thread that judged it, and in the end makes the whole file of all pieces in their order. Equal outcomes give equal
//! bytes.

#[cfg(feature = "html")]
use super::html;
#[cfg(feature = "junit")]
use super::junit;
use super::{incident, json, markdown};
use crate::outcome::Outcome;

/// What a report says besides the outcomes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The table that judged, as the user named it.
    pub table: String,
    /// Whether that is a file: the table in the binary is none.
    pub table_is_file: bool,
}

/// From one line each: the variants of [`Format`] and [`Piece`], and what makes pieces and files of them.
macro_rules! formats {
    ($($(#[doc = $doc:literal])* $(#[cfg($when:meta)])? $variant:ident, $module:ident;)*) => {
        /// What a report file is written for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Format {
            $($(#[doc = $doc])* $(#[cfg($when)])? $variant,)*
        }

        /// What one outcome adds to a report file.
        #[derive(Debug)]
        pub enum Piece {
            $($(#[doc = $doc])* $(#[cfg($when)])? $variant($module::Piece),)*
        }

        impl Format {
            /// Every format.
            pub const ALL: &[Self] = &[$($(#[cfg($when)])? Self::$variant,)*];

            /// What `outcome` adds to a file of this format.
            #[must_use]
            pub fn piece(self, outcome: &Outcome<'_>, settings: &Settings) -> Piece {
                match self {
                    $($(#[cfg($when)])? Self::$variant => Piece::$variant($module::piece(outcome, settings)),)*
                }
            }

            /// The text of the file; `None` if there is nothing to write. `pieces` are this format's, in the order of
            /// the snapshots; others are left out.
            #[must_use]
            pub fn whole(self, pieces: Vec<Piece>) -> Option<String> {
                match self {
                    $($(#[cfg($when)])? Self::$variant => {
                        #[allow(unreachable_patterns, reason = "of a single format there are no others")]
                        let own = |piece| match piece {
                            Piece::$variant(piece) => Some(piece),
                            _ => None,
                        };
                        let text = $module::whole(pieces.into_iter().filter_map(own).collect());
                        Some(text).filter(|text| !text.is_empty())
                    })*
                }
            }
        }
    };
}

impl Format {
    /// Lets go of what a file of these pieces, and of more to come, will not show.
    #[cfg_attr(not(feature = "html"), expect(unused_variables, reason = "pages alone let go"))]
    pub fn thin(self, pieces: &mut [Piece]) {
        #[cfg(feature = "html")]
        if self == Self::Html {
            html::thin(pieces.iter_mut().filter_map(|piece| match piece {
                Piece::Html(piece) => Some(piece),
                _ => None,
            }));
        }
    }
}

formats! {
    /// The documents of `--format json`, one after another.
    Json, json;
    /// XML that CI systems show as tests.
    #[cfg(feature = "junit")]
    Junit, junit;
    /// A comment on a pull request, or a summary.
    Markdown, markdown;
    /// A page for people.
    #[cfg(feature = "html")]
    Html, html;
    /// The note of each rollback, for people to complete.
    Incident, incident;
}
