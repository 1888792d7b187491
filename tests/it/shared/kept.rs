//! Where snapshots are kept.

/// Snapshots in `tests/snapshots/FOLDER`, each under its own name alone.
pub(crate) fn kept_in(folder: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}
