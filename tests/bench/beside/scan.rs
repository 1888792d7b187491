//! The floor of reading: every byte is in memory once and was looked at once. A file is read by one thread, a folder
//! by one a core.

use std::{
    env, fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Reads the file or folder that its argument names, and prints how many commas are in it.
fn main() {
    let path = PathBuf::from(env::args_os().nth(1).expect("a path"));
    let commas = if path.is_dir() { on_all_cores(&files(path)) } else { commas(&path) };
    println!("{commas}");
}

fn files(folder: PathBuf) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

fn commas(file: &PathBuf) -> usize {
    fs::read(file).expect("a file").iter().filter(|byte| **byte == b',').count()
}

fn on_all_cores(files: &[PathBuf]) -> usize {
    let (next, sum) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let cores = thread::available_parallelism().expect("a number of cores").get();
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    sum.fetch_add(commas(file), Ordering::Relaxed);
                }
            });
        }
    });
    sum.into_inner()
}
