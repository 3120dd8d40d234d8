/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */

//! Opens exported directories with next-plaid, and searches, updates and deletes from them: see
//! ../README.md. Ends with an error if anything is not as it should be.

use std::error::Error;
use std::fs;
use std::path::Path;

use ndarray::{s, Array2};
use next_plaid::{filtering, text_search, MmapIndex, SearchParameters, UpdateConfig};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("usage: check-export FOLDER")?;
    let ours = Path::new(&folder).join("ours");
    let mut cases: Vec<_> = fs::read_dir(ours)?.collect::<std::io::Result<_>>()?;
    cases.sort_by_key(|entry| entry.file_name());
    for case in &cases {
        let name = case.file_name();
        let documents =
            check(&case.path()).map_err(|e| format!("{}: {e}", name.to_string_lossy()))?;
        println!("{}: {documents} documents, as expected", name.to_string_lossy());
    }
    if cases.is_empty() {
        return Err("no cases".into());
    }
    Ok(())
}

/// Checks a directory; tells how many documents it has.
fn check(case: &Path) -> Result<usize> {
    let path = case.join("index");
    let path = path.to_str().ok_or("the path is not UTF-8")?;
    let queries = texts(case, "queries")?;
    let scores: Vec<Vec<Option<f32>>> = json(&case.join("scores.json"))?;
    let binary = fs::read_to_string(case.join("index/metadata.json"))?.contains("\"binary\": true");
    let mut index = MmapIndex::load(path)?;
    let documents = scores[0].len();
    expect("documents", index.num_documents(), documents)?;
    for (query, scores) in queries.iter().zip(&scores) {
        check_hits(&index, query, scores, binary)?;
    }
    let metadata = case.join("metadata.json");
    if metadata.exists() {
        check_metadata(path, &json::<Vec<_>>(&metadata)?)?;
    }

    let more = texts(case, "update")?;
    let config = UpdateConfig {
        force_cpu: true,
        ..Default::default()
    };
    let updated = index.update(&more, &config);
    if binary {
        // next-plaid refuses it where raw tokens are not there, and leaves all as it was
        updated.err().ok_or("a binary directory was updated")?;
        index = MmapIndex::load(path)?;
    } else {
        updated?;
        index.reload()?;
        expect("documents", index.num_documents(), documents + more.len())?;
        for (i, tokens) in more.iter().enumerate() {
            let hits = search(&index, tokens)?;
            expect("first hit", hits[0].0, documents + i)?;
        }
    }

    expect("deleted", index.delete(&[0])?, 1)?;
    index.reload()?;
    for (query, scores) in queries.iter().zip(&scores) {
        check_hits(&index, query, &scores[1..], binary)?;
    }
    Ok(documents)
}

/// Documents have the metadata that is expected, and are found by them, also by their words.
fn check_metadata(path: &str, rows: &[Map<String, Value>]) -> Result<()> {
    let found = filtering::get(path, None, &[], None)?;
    expect("rows of metadata", found.len(), rows.len())?;
    for (document, (found, expected)) in found.iter().zip(rows).enumerate() {
        for (column, value) in expected {
            let what = format!("document {document}, {column}");
            expect(&what, &found[column], value)?;
            if !value.is_null() {
                let condition = format!("{column} = ?");
                let hits = filtering::where_condition(path, &condition, &[value.clone()])?;
                expect(&what, hits.contains(&(document as i64)), true)?;
            }
        }
        if let Some(word) = expected.get("id").and_then(Value::as_str) {
            let hits = text_search::search(path, &format!("\"{word}\""), rows.len())?;
            expect(word, hits.passage_ids.contains(&(document as i64)), true)?;
        }
    }
    Ok(())
}

/// Hits of documents from the first on have the scores that are expected.
fn check_hits(
    index: &MmapIndex,
    query: &Array2<f32>,
    scores: &[Option<f32>],
    binary: bool,
) -> Result<()> {
    // The query is rounded to signed bytes where documents are signs
    let most = if binary { 0.25 } else { 2e-4 };
    let mut found = vec![None; scores.len()];
    for (document, score) in search(index, query)? {
        if document < found.len() {
            found[document] = Some(score);
        }
    }
    for (document, (found, expected)) in found.iter().zip(scores).enumerate() {
        if let Some(expected) = expected {
            let score = found.ok_or(format!("document {document} was not found"))?;
            if !((score - expected).abs() <= most) {
                return Err(format!("document {document}: found {score}, expected {expected}").into());
            }
        }
    }
    Ok(())
}

/// All documents with their scores, best first.
fn search(index: &MmapIndex, query: &Array2<f32>) -> Result<Vec<(usize, f32)>> {
    let parameters = SearchParameters {
        top_k: index.num_documents(),
        n_ivf_probe: index.num_partitions(),
        n_full_scores: 4 * index.num_documents(),
        centroid_score_threshold: None,
        ..Default::default()
    };
    let result = index.search(query, &parameters, None)?;
    let ids = result.passage_ids.iter().map(|&id| id as usize);
    Ok(ids.zip(result.scores).collect())
}

/// The tokens of each text.
fn texts(case: &Path, name: &str) -> Result<Vec<Array2<f32>>> {
    let rows: Array2<f32> = ndarray_npy::read_npy(case.join(format!("{name}.npy")))?;
    let lengths: Vec<usize> = json(&case.join(format!("{name}.json")))?;
    let mut from = 0;
    let mut texts = Vec::new();
    for length in lengths {
        texts.push(rows.slice(s![from..from + length, ..]).to_owned());
        from += length;
    }
    Ok(texts)
}

fn json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
}

fn expect<T: PartialEq + std::fmt::Display>(what: &str, found: T, expected: T) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: found {found}, expected {expected}").into())
}
