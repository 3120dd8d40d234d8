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

//! Serves next-plaid to the benchmark: one JSON object per line on standard input, one answer per
//! line on standard output (see ../README.md).
//!
//! `RAYON_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1` have to be set when the process starts: OpenBLAS
//! reads its variable before `main`.

mod tokens;

use std::error::Error;
use std::fs;
use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::Instant;

// The linker takes OpenBLAS by this.
extern crate blas_src as _;

use ndarray::Array2;
use next_plaid::index::create_index_with_kmeans_files;
use next_plaid::residual_lut::{active_kernel_name, quantize_lut};
use next_plaid::{IndexConfig, MmapIndex, SearchParameters, UpdateConfig};
use serde_json::{json, Map, Value};

/// The version that Cargo.toml pins.
const NEXT_PLAID_VERSION: &str = "1.8.5";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Opened {
    index: MmapIndex,
    queries: Vec<Array2<f32>>,
    /// The benchmark's number of each document of the index: next-plaid closes the gaps that a
    /// delete leaves, the benchmark's numbers stay.
    positions: Vec<usize>,
    next_position: usize,
}

fn main() {
    let mut opened = None;
    let mut output = io::stdout();
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        if line.trim().is_empty() {
            continue;
        }
        let answer = panic::catch_unwind(AssertUnwindSafe(|| answer(&line, &mut opened)))
            .unwrap_or_else(|_| Err("panic: see the log".into()));
        let quit = matches!(answer, Ok(None));
        let answer = match answer {
            Ok(answer) => answer.unwrap_or_else(|| json!({})),
            Err(error) => json!({ "error": error.to_string() }),
        };
        if writeln!(output, "{answer}")
            .and_then(|()| output.flush())
            .is_err()
            || quit
        {
            break;
        }
    }
}

/// The answer to a request, none to `quit`.
fn answer(line: &str, opened: &mut Option<Opened>) -> Result<Option<Value>> {
    let request: Value = serde_json::from_str(line)?;
    let answer = match text(&request, "cmd")? {
        "build" => {
            *opened = None;
            build(&request)?
        }
        "open" => {
            *opened = None;
            let start = Instant::now();
            *opened = Some(open(&request)?);
            json!({ "wall_s": start.elapsed().as_secs_f64(), "rss_mb": status_mb("VmRSS")? })
        }
        "search" => search(&request, required(opened)?)?,
        "add" => add(&request, required(opened)?)?,
        "delete" => delete(&request, required(opened)?)?,
        "info" => {
            let mut info = json!({
                "engine": "next-plaid",
                "version": NEXT_PLAID_VERSION,
                "rss_peak_mb": status_mb("VmHWM")?,
            });
            if let Some(opened) = opened {
                info["kernel"] = kernel(&opened.index).into();
            }
            info
        }
        "quit" => return Ok(None),
        other => return Err(format!("unknown command {other}").into()),
    };
    Ok(Some(answer))
}

fn build(request: &Value) -> Result<Value> {
    let documents = Path::new(text(request, "data")?).join("documents");
    let folder = index_folder(request)?;
    let config = IndexConfig {
        nbits: number(&request["options"], "nbits")?.unwrap_or(4),
        start_from_scratch: 0,
        force_cpu: true,
        ..Default::default()
    };
    let embeddings = tokens::read(&documents, 0, None)?;
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let path = path_text(&folder)?;
    let clock = Clock::start();
    create_index_with_kmeans_files(&embeddings, path, &config)?;
    // Part of the index: the first load writes copies of the chunks in one file.
    MmapIndex::load(path)?.prewarm_residual_lut_sidecar()?;
    let mut answer = clock.stop();
    answer["bytes"] = size_of_folder(&folder)?.into();
    Ok(answer)
}

fn open(request: &Value) -> Result<Opened> {
    let mut index = MmapIndex::load(path_text(&index_folder(request)?)?)?;
    index.prewarm_residual_lut_sidecar()?;
    let next_position = index.num_documents();
    Ok(Opened {
        index,
        queries: tokens::read(&Path::new(text(request, "data")?).join("queries"), 0, None)?,
        positions: (0..next_position).collect(),
        next_position,
    })
}

fn search(request: &Value, opened: &Opened) -> Result<Value> {
    let from = number(request, "from")?.unwrap_or(0);
    let to = number(request, "to")?.unwrap_or(opened.queries.len());
    let queries = opened.queries.get(from..to).ok_or("no such queries")?;
    let repeat = number(request, "repeat")?.unwrap_or(1);
    let params = &request["params"];
    let defaults = SearchParameters::default();
    let parameters = SearchParameters {
        top_k: number(request, "k")?.unwrap_or(defaults.top_k),
        n_ivf_probe: number(params, "n_ivf_probe")?.unwrap_or(defaults.n_ivf_probe),
        n_full_scores: number(params, "n_full_scores")?.unwrap_or(defaults.n_full_scores),
        centroid_score_threshold: match params.get("centroid_score_threshold") {
            None => defaults.centroid_score_threshold,
            Some(Value::Null) => None,
            Some(value) => Some(
                value
                    .as_f64()
                    .ok_or("centroid_score_threshold: no number")? as f32,
            ),
        },
        ..defaults
    };
    let mut results = Vec::with_capacity(queries.len());
    let mut nanos = vec![0u128; queries.len()];
    let clock = Clock::start();
    for _ in 0..repeat {
        results.clear();
        for (query, nanos) in queries.iter().zip(&mut nanos) {
            let start = Instant::now();
            results.push(opened.index.search(query, &parameters, None)?);
            *nanos += start.elapsed().as_nanos();
        }
    }
    let mut answer = clock.stop();
    answer["latency_us"] = nanos
        .iter()
        .map(|&sum| sum as f64 / 1e3 / repeat as f64)
        .collect();
    answer["ids"] = results
        .iter()
        .map(|result| {
            let ids = result.passage_ids.iter();
            Value::from_iter(ids.map(|&id| opened.positions[id as usize]))
        })
        .collect();
    Ok(answer)
}

fn add(request: &Value, opened: &mut Opened) -> Result<Value> {
    let documents = Path::new(text(request, "data")?).join("documents");
    let from = number(request, "from")?.unwrap_or(0);
    let new = tokens::read(&documents, from, number(request, "to")?)?;
    let config = UpdateConfig {
        start_from_scratch: 0,
        force_cpu: true,
        ..Default::default()
    };
    let clock = Clock::start();
    opened.index.update(&new, &config)?;
    opened.index.prewarm_residual_lut_sidecar()?;
    let answer = clock.stop();
    let end = opened.next_position + new.len();
    opened.positions.extend(opened.next_position..end);
    opened.next_position = end;
    Ok(answer)
}

fn delete(request: &Value, opened: &mut Opened) -> Result<Value> {
    let positions = request["positions"]
        .as_array()
        .ok_or("positions: missing")?;
    let mut ids = Vec::with_capacity(positions.len());
    for position in positions {
        let position = position.as_u64().ok_or("positions: no number")? as usize;
        // In ascending order, as they are given away.
        let id = opened.positions.binary_search(&position);
        ids.push(id.map_err(|_| format!("no document {position}"))? as i64);
    }
    ids.sort_unstable();
    ids.dedup();
    let clock = Clock::start();
    opened.index.delete(&ids)?;
    opened.index.reload()?;
    opened.index.prewarm_residual_lut_sidecar()?;
    let answer = clock.stop();
    for &id in ids.iter().rev() {
        opened.positions.remove(id as usize);
    }
    Ok(answer)
}

/// The code that scores documents on this machine.
fn kernel(index: &MmapIndex) -> &'static str {
    let nibble = quantize_lut(&index.codec).is_some_and(|lut| lut.nibble.is_some());
    active_kernel_name(index.codec.embedding_dim(), nibble)
}

fn required(opened: &mut Option<Opened>) -> Result<&mut Opened> {
    opened.as_mut().ok_or_else(|| "no index is open".into())
}

fn text<'a>(request: &'a Value, key: &str) -> Result<&'a str> {
    let value = request.get(key).and_then(Value::as_str);
    value.ok_or_else(|| format!("{key}: missing").into())
}

fn number(object: &Value, key: &str) -> Result<Option<usize>> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(number) => Ok(Some(number as usize)),
            None => Err(format!("{key}: not a whole number").into()),
        },
    }
}

/// A folder of its own, so that the driver can keep notes beside it.
fn index_folder(request: &Value) -> Result<PathBuf> {
    Ok(Path::new(text(request, "index")?).join("next-plaid"))
}

fn path_text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| "the path is not UTF-8".into())
}

fn size_of_folder(folder: &Path) -> Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        size += if metadata.is_dir() {
            size_of_folder(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(size)
}

/// A field of /proc/self/status that is given in kB, in MB.
fn status_mb(field: &str) -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let value = line.and_then(|line| line.split_whitespace().next());
    Ok(value.ok_or("no such field")?.parse::<f64>()? / 1024.0)
}

/// CPU time of the process and time of day.
struct Clock {
    cpu: f64,
    wall: Instant,
}

impl Clock {
    fn start() -> Self {
        Clock {
            cpu: cpu_seconds(),
            wall: Instant::now(),
        }
    }

    fn stop(self) -> Value {
        let mut times = Map::new();
        times.insert("cpu_s".into(), (cpu_seconds() - self.cpu).into());
        times.insert("wall_s".into(), self.wall.elapsed().as_secs_f64().into());
        times.into()
    }
}

fn cpu_seconds() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes to the one struct it is given.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "clock_gettime");
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
