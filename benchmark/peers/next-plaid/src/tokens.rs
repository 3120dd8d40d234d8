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

//! Reads the token vectors of a data folder: tokens.npy and doclens.json.

use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use half::f16;
use ndarray::Array2;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The texts from `from` (inclusive) to `to` (exclusive; none: all), an array of tokens each.
pub fn read(folder: &Path, from: usize, to: Option<usize>) -> Result<Vec<Array2<f32>>> {
    let lengths: Vec<usize> = serde_json::from_slice(&fs::read(folder.join("doclens.json"))?)?;
    let wanted = lengths
        .get(from..to.unwrap_or(lengths.len()))
        .ok_or_else(|| format!("there are {} texts only", lengths.len()))?;
    let mut file = File::open(folder.join("tokens.npy"))?;
    let header = Header::read(&mut file)?;
    if lengths.iter().sum::<usize>() != header.rows {
        return Err("doclens.json does not sum up to the rows of tokens.npy".into());
    }
    let row = header.columns * header.width;
    let skipped = lengths[..from].iter().sum::<usize>() * row;
    file.seek(SeekFrom::Current(skipped as i64))?;
    let mut bytes = Vec::new();
    let mut texts = Vec::with_capacity(wanted.len());
    for &length in wanted {
        bytes.resize(length * row, 0);
        file.read_exact(&mut bytes)?;
        let values = match header.width {
            2 => bytes
                .chunks_exact(2)
                .map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())
                .collect(),
            _ => bytes
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
        };
        texts.push(Array2::from_shape_vec((length, header.columns), values)?);
    }
    Ok(texts)
}

struct Header {
    rows: usize,
    columns: usize,
    /// Bytes of a value.
    width: usize,
}

impl Header {
    /// Reads the header of a NPY file; the file stands at the first value then.
    fn read(file: &mut File) -> Result<Self> {
        let mut start = [0; 8];
        file.read_exact(&mut start)?;
        if &start[..6] != b"\x93NUMPY" {
            return Err("not a NPY file".into());
        }
        let mut length = [0; 4];
        file.read_exact(&mut length[..if start[6] == 1 { 2 } else { 4 }])?;
        let mut header = vec![0; u32::from_le_bytes(length) as usize];
        file.read_exact(&mut header)?;
        let header = String::from_utf8(header)?;
        let width = if header.contains("'<f2'") {
            2
        } else if header.contains("'<f4'") {
            4
        } else {
            return Err("neither f16 nor f32".into());
        };
        let shape = header.split(['(', ')']).nth(1).ok_or("no shape")?;
        let shape: Vec<usize> = shape
            .split(',')
            .map(|size| size.trim().parse())
            .collect::<std::result::Result<_, _>>()?;
        match shape[..] {
            [rows, columns] if !header.contains("'fortran_order': True") => Ok(Header {
                rows,
                columns,
                width,
            }),
            _ => Err("not an array of rows".into()),
        }
    }
}
