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

//! Reads MVEC and MMAP files with the crates that they come from, and writes such files: see
//! ../README.md. Ends with an error if anything is not as it should be.

use std::error::Error;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array, IxDyn};
use scirs2_core::memory::mmap_array::{MmapArray, MmapElement};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use synadb::distance::DistanceMetric;
use synadb::mmap_vector::{MmapVectorConfig, MmapVectorStore};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What an MVEC file holds.
#[derive(Serialize, Deserialize)]
struct Store {
    metric: String,
    keys: Vec<String>,
    vectors: Vec<Vec<f32>>,
}

/// What an MMAP file holds.
#[derive(Serialize, Deserialize)]
struct Elements<T> {
    r#type: String,
    shape: Vec<usize>,
    values: Vec<T>,
}

/// The types of elements, as NumPy names them.
const TYPES: [&str; 4] = ["f4", "f8", "i4", "i8"];
const METRICS: [&str; 3] = ["COSINE", "EUCLIDEAN", "DOT_PRODUCT"];

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("usage: check-files FOLDER")?;
    let ours = Path::new(&folder).join("ours");
    let theirs = Path::new(&folder).join("theirs");
    for extension in ["mvec", "mmap"] {
        let files = files(&ours, extension)?;
        if files.is_empty() {
            return Err(format!("no .{extension} files in {}", ours.display()).into());
        }
        for file in files {
            let content = check(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            println!("{}: {content}, as expected", name(&file));
        }
    }
    write_stores(&theirs)?;
    write_arrays(&theirs)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Compares a file with what the one beside it says; tells what it holds.
fn check(file: &Path) -> Result<String> {
    if name(file).ends_with(".mvec") {
        return check_store(file);
    }
    let described: Elements<serde_json::Value> = json(file)?;
    match described.r#type.as_str() {
        "f4" => check_array::<f32>(file),
        "f8" => check_array::<f64>(file),
        "i4" => check_array::<i32>(file),
        "i8" => check_array::<i64>(file),
        other => Err(format!("unknown type {other}").into()),
    }
}

fn check_store(file: &Path) -> Result<String> {
    let expected: Store = json(file)?;
    let store = open_store(file, &expected)?;
    let (mut found, mut keys) = (store.keys(), expected.keys.clone());
    found.sort();
    keys.sort();
    expect("keys", &found, &keys)?;
    for (key, vector) in expected.keys.iter().zip(&expected.vectors) {
        expect(key, &store.get(key)?.as_ref(), &Some(vector))?;
    }
    Ok(format!("{} vectors, {}", found.len(), expected.metric))
}

fn open_store(file: &Path, content: &Store) -> Result<MmapVectorStore> {
    let metric = match content.metric.as_str() {
        "COSINE" => DistanceMetric::Cosine,
        "EUCLIDEAN" => DistanceMetric::Euclidean,
        "DOT_PRODUCT" => DistanceMetric::DotProduct,
        other => return Err(format!("unknown metric {other}").into()),
    };
    let config = MmapVectorConfig {
        dimensions: content.vectors[0].len() as u16,
        metric,
        initial_capacity: 10,
        ..Default::default()
    };
    Ok(MmapVectorStore::new(file, config)?)
}

fn check_array<T>(file: &Path) -> Result<String>
where
    T: MmapElement + DeserializeOwned + PartialEq + Debug,
{
    let expected: Elements<T> = json(file)?;
    let array = MmapArray::<T>::open_read_only(file)?;
    expect("shape", &array.shape(), &expected.shape.as_slice())?;
    let found: Vec<T> = array.view()?.iter().copied().collect();
    expect("elements", &found, &expected.values)?;
    Ok(format!("{:?} of {}", expected.shape, expected.r#type))
}

/// Stores of each metric; keys are of all lengths, so that vectors lie at any offset.
fn write_stores(folder: &Path) -> Result<()> {
    for (i, metric) in METRICS.iter().enumerate() {
        let file = folder.join(format!("{metric}.mvec"));
        let mut content = Store {
            metric: metric.to_string(),
            keys: Vec::new(),
            vectors: Vec::new(),
        };
        for row in 0..40 {
            content.keys.push(format!("{}ü{row}", "k".repeat(row % 7)));
            let vector = (0..64 + 3 * i).map(|j| number(row, j) as f32 / 7.0);
            content.vectors.push(vector.collect());
        }
        let mut store = open_store(&file, &content)?;
        for (key, vector) in content.keys.iter().zip(&content.vectors) {
            store.insert(key, vector)?;
        }
        store.checkpoint()?;
        describe(&file, &content)?;
    }
    Ok(())
}

fn write_arrays(folder: &Path) -> Result<()> {
    for shape in [vec![5], vec![4, 3], vec![2, 3, 5], vec![2, 1, 2, 1, 2, 3]] {
        for kind in TYPES {
            let file = folder.join(format!("{kind}-{}d.mmap", shape.len()));
            match kind {
                "f4" => write_array(&file, kind, &shape, |n| n as f32 / 3.0)?,
                "f8" => write_array(&file, kind, &shape, |n| n as f64 / 3.0)?,
                "i4" => write_array(&file, kind, &shape, |n| n as i32)?,
                _ => write_array(&file, kind, &shape, |n| n << 40)?,
            }
        }
    }
    Ok(())
}

fn write_array<T>(file: &Path, kind: &str, shape: &[usize], value: fn(i64) -> T) -> Result<()>
where
    T: MmapElement + Serialize,
{
    let size = shape.iter().product::<usize>();
    let values: Vec<T> = (0..size).map(|i| value(number(i, 1))).collect();
    let array = Array::from_shape_vec(IxDyn(shape), values.clone())?;
    MmapArray::create(file, &array)?.flush()?;
    let content = Elements {
        r#type: kind.to_string(),
        shape: shape.to_vec(),
        values,
    };
    describe(file, &content)
}

/// Some number, positive or negative.
fn number(i: usize, j: usize) -> i64 {
    ((i * 7919 + j * 104_729) % 10_007) as i64 - 5_000
}

fn described(file: &Path) -> PathBuf {
    file.with_file_name(name(file) + ".json")
}

/// What the file beside another says of it.
fn json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    Ok(serde_json::from_str(&fs::read_to_string(described(file))?)?)
}

fn describe<T: Serialize>(file: &Path, content: &T) -> Result<()> {
    Ok(fs::write(described(file), serde_json::to_string(content)?)?)
}

fn expect<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: found {found:?}, expected {expected:?}").into())
}
