//! A first table for a new service: sound, tested and without findings as it is written, whatever its stages are.

use std::{fs, path::Path};

use serde_json::Value;

use crate::shared::{
    binary::{Run, command, run},
    folder::folder,
    kept::kept_in,
};

const FILES: [&str; 4] =
    ["gates.yaml", "gates.test.yaml", ".rollout-gate/gates.schema.json", ".rollout-gate/tests.schema.json"];

fn run_in(folder: &Path, words: &[&str]) -> Run {
    run(command(words).current_dir(folder)).unwrap()
}

fn texts(folder: &Path) -> [String; 4] {
    FILES.map(|file| fs::read_to_string(folder.join(file)).unwrap())
}

#[test]
fn the_files() {
    let folder = folder("files").unwrap();
    let words = ["init", "--pipeline", "checkout", "--stages", "internal,canary,half,full"];
    let init = run_in(&folder, &words);
    assert_eq!((init.code, init.stderr.as_str()), (Some(0), ""));
    let [table, suite, ..] = texts(&folder);
    let settings = kept_in("init");
    settings.bind(|| {
        insta::assert_snapshot!("output", init.stdout);
        insta::assert_snapshot!("gates.yaml", table);
        insta::assert_snapshot!("gates.test.yaml", suite);
    });
    assert_eq!(run_in(&folder, &[&words[..], &["--stdout"]].concat()).stdout, table);
    assert_eq!(run_in(&folder, &[&words[..], &["--stdout=gates"]].concat()).stdout, table);
    assert_eq!(run_in(&folder, &[&words[..], &["--stdout=tests"]].concat()).stdout, suite);
}

#[test]
fn any_ladder_is_sound_tested_and_without_findings() {
    for (pipeline, stages) in [
        ("my-service", None),
        ("one", Some("only")),
        ("2026", Some("1,10,100")),
        ("größer", Some("on,off,null,true")),
        ("long", Some("a,b,c,d,e,f,g,h,i,j,k,l")),
        ("a.b_c-d", Some("-,_,.5,0x1f")),
    ] {
        let folder = folder(pipeline).unwrap();
        let stages = stages.map(|stages| format!("--stages={stages}"));
        let words: Vec<&str> = ["init", "--pipeline", pipeline].into_iter().chain(stages.as_deref()).collect();
        assert_eq!(run_in(&folder, &words).code, Some(0), "{words:?}");
        for words in [&["test", "--require-coverage"][..], &["lint", "--deny-warnings"], &["show"]] {
            let run = run_in(&folder, words);
            assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{pipeline} {stages:?}: {}", run.stdout);
        }
        for (document, schema) in [("gates.yaml", FILES[2]), ("gates.test.yaml", FILES[3])] {
            let text = fs::read_to_string(folder.join(document)).unwrap();
            assert!(text.starts_with(&format!("# yaml-language-server: $schema={schema}\n")), "{text}");
            let schema: Value = serde_json::from_str(&fs::read_to_string(folder.join(schema)).unwrap()).unwrap();
            let data: Value = serde_yaml::from_str(&text).unwrap();
            assert!(jsonschema::is_valid(&schema, &data), "{pipeline}: {document}");
        }
    }
}

#[test]
fn what_is_there_is_not_overwritten() {
    for there in FILES {
        let folder = folder(&there.replace('/', "-")).unwrap();
        let path = folder.join(there);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine\n").unwrap();
        let refused = run_in(&folder, &["init"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
        assert!(refused.stderr.contains(there) && refused.stderr.contains("--force"), "{}", refused.stderr);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine\n");
        let written = FILES.into_iter().filter(|file| folder.join(file).exists()).count();
        assert_eq!(written, 1, "nothing is written beside it");
        assert_eq!(run_in(&folder, &["init", "--force"]).code, Some(0));
        assert!(texts(&folder).iter().all(|text| text != "mine\n"));
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_there_too() {
    let folder = folder("link").unwrap();
    std::os::unix::fs::symlink("elsewhere.yaml", folder.join("gates.yaml")).unwrap();
    assert_eq!(run_in(&folder, &["init"]).code, Some(2));
    assert!(!folder.join("elsewhere.yaml").exists());
}

#[test]
fn names_that_cannot_stand_in_a_table_are_refused() {
    let folder = folder("names").unwrap();
    for (flag, value, told) in [
        ("--pipeline", "", "is no name"),
        ("--pipeline", "a: b", "is no name"),
        ("--pipeline", "a\nrules: []", "is no name"),
        ("--pipeline", "x-mine", "begins with `x-`"),
        ("--stages", "", "is no name"),
        ("--stages", "a,,b", "is no name"),
        ("--stages", "a,b,a", "there twice"),
    ] {
        let refused = run_in(&folder, &["init", flag, value]);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{flag} {value:?}");
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}
