//! [`Breached`] from files on this machine, as the public downloader of Have I Been Pwned writes them: one
//! file of all hashes in order, `<hash>:<count>` a line, or a folder with a file for each range,
//! `21BD1.txt`, of `<suffix>:<count>` lines. Nothing is asked of anybody.
//!
//! The one file has tens of gigabytes. Of it, a lookup reads a few dozen small pieces, halving what is
//! left, and then the range.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use crate::{
    breached::{BreachedHash, PREFIX_DIGITS, Prefix, SUFFIX_DIGITS},
    ports::{Breached, BreachedError},
};

/// Size of a read, in bytes. No line is nearly as long.
const PIECE: usize = 4096;

/// In how many places the order of a file is looked at when it is opened.
const SAMPLES: u64 = 64;

/// The longest range, in bytes; a true one has about 50 kB.
const MAX_RANGE: u64 = 4 * 1024 * 1024;

/// Breached passwords in files.
#[derive(Debug, Clone)]
pub struct BreachedFile(Arc<Files>);

#[derive(Debug)]
enum Files {
    One { file: File, length: u64 },
    Ranges(PathBuf),
}

/// Why files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BreachedFileError {
    /// There is nothing that can be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is something else.
    #[error(
        "{0} is neither a file of SHA-1 hashes in their order, a line <hash>:<count> each, nor a folder with a file \
         for each range, such as 00000.txt. The downloader of Have I Been Pwned writes either"
    )]
    Unusable(PathBuf),
}

impl BreachedFile {
    /// Opens a file, or a folder.
    pub fn open(path: &Path) -> Result<Self, BreachedFileError> {
        let unreadable = |source| BreachedFileError::Unreadable { path: path.to_owned(), source };
        let usable = |is_usable: bool| is_usable.then_some(()).ok_or_else(|| BreachedFileError::Unusable(path.into()));
        let about = fs::metadata(path).map_err(unreadable)?;
        if about.is_dir() {
            let first = Prefix::parse("00000").expect("five digits");
            usable(range_file(path, first).map_err(unreadable)?.is_some())?;
            return Ok(Self(Arc::new(Files::Ranges(path.to_owned()))));
        }
        let file = File::open(path).map_err(unreadable)?;
        let length = about.len();
        usable(is_in_order(&file, length).map_err(unreadable)?)?;
        Ok(Self(Arc::new(Files::One { file, length })))
    }
}

#[async_trait]
impl Breached for BreachedFile {
    async fn range(&self, prefix: Prefix) -> Result<Vec<BreachedHash>, BreachedError> {
        let files = Arc::clone(&self.0);
        let read = spawn_blocking(move || files.range(prefix)).await;
        let unavailable = |error: &dyn std::fmt::Display| BreachedError::Unavailable(error.to_string());
        read.map_err(|error| unavailable(&error))?.map_err(|error| unavailable(&error))
    }
}

impl Files {
    fn range(&self, prefix: Prefix) -> io::Result<Vec<BreachedHash>> {
        match self {
            Self::One { file, length } => in_one_file(file, *length, prefix),
            Self::Ranges(folder) => {
                // A range that is not there is a download that was not finished: its passwords are not known
                // to be good.
                let missing = || io::Error::new(io::ErrorKind::NotFound, "the file of a range is missing");
                let text = range_file(folder, prefix)?.ok_or_else(missing)?;
                let hashes = text.lines().filter(|line| !line.is_empty());
                let hashes = hashes.map(|line| BreachedHash::parse(line).ok_or_else(|| garbled("a range's file")));
                hashes.filter(|hash| !matches!(hash, Ok(BreachedHash { count: 0, .. }))).collect()
            }
        }
    }
}

fn garbled(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} has a line that is no hash with a count"))
}

/// The file of a range, under the names that downloaders give it; `None` where there is none.
fn range_file(folder: &Path, prefix: Prefix) -> io::Result<Option<String>> {
    for name in [format!("{prefix}.txt"), prefix.to_string(), format!("{prefix}.txt").to_lowercase()] {
        let path = folder.join(name);
        match fs::metadata(&path) {
            Ok(about) if about.len() <= MAX_RANGE => return fs::read_to_string(path).map(Some),
            Ok(_) => return Err(garbled("a range's file is too long or")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// A range of the one file.
fn in_one_file(file: &File, length: u64, prefix: Prefix) -> io::Result<Vec<BreachedHash>> {
    let prefix = prefix.as_str().as_bytes();
    // Lines that begin before `from` are before the range, those that begin at or after `to` are not.
    let (mut from, mut to) = (0, length);
    while from < to {
        let middle = from + (to - from) / 2;
        match line_at_or_after(file, length, middle)? {
            Some(line) if line.prefix.as_slice() < prefix => from = line.end,
            _ => to = middle,
        }
    }
    let mut hashes = Vec::new();
    let Some(mut at) = line_at_or_after(file, length, from)?.map(|line| line.start) else { return Ok(hashes) };
    let mut rest = Vec::new();
    let mut read = 0;
    // Whole pieces from there on, until a line is past the range.
    while at < length && read < MAX_RANGE {
        let mut piece = vec![0; PIECE * 16];
        let got = read_some(file, &mut piece, at)?;
        rest.extend_from_slice(&piece[..got]);
        at += got as u64;
        read += got as u64;
        let whole = if at < length {
            rest.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1)
        } else {
            rest.len()
        };
        for line in rest[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let hash = str::from_utf8(line).ok().filter(|line| line.is_char_boundary(PREFIX_DIGITS));
            let (begins, line) = hash.map(|line| line.split_at(PREFIX_DIGITS)).ok_or_else(|| garbled("the file"))?;
            if begins.to_ascii_uppercase().as_bytes() != prefix {
                return Ok(hashes);
            }
            let hash = BreachedHash::parse(line).ok_or_else(|| garbled("the file"))?;
            hashes.extend((hash.count > 0).then_some(hash));
        }
        rest.drain(..whole);
    }
    Ok(hashes)
}

/// A line of the one file.
struct Line {
    start: u64,
    /// After its end.
    end: u64,
    prefix: [u8; PREFIX_DIGITS],
}

/// The first line that begins there or later; `None` where none does.
fn line_at_or_after(file: &File, length: u64, at: u64) -> io::Result<Option<Line>> {
    // From the byte before: where that ends a line, the next one begins just there.
    let from = at.saturating_sub(1);
    let mut piece = vec![0; PIECE];
    let got = read_some(file, &mut piece, from)?;
    let piece = &piece[..got];
    let skipped = if at == 0 { Some(0) } else { piece.iter().position(|&byte| byte == b'\n').map(|end| end + 1) };
    let ends_here = from + got as u64 >= length;
    let Some(skipped) = skipped.filter(|&skipped| skipped < piece.len()) else {
        return if ends_here { Ok(None) } else { Err(garbled("the file")) };
    };
    let line = &piece[skipped..];
    let end = line.iter().position(|&byte| byte == b'\n').map(|end| end + 1);
    let end = end.or(ends_here.then_some(line.len())).ok_or_else(|| garbled("the file"))?;
    let text = str::from_utf8(&line[..end]).ok().filter(|text| text.is_char_boundary(PREFIX_DIGITS));
    let (prefix, rest) = text.map(|text| text.split_at(PREFIX_DIGITS)).ok_or_else(|| garbled("the file"))?;
    let prefix =
        Prefix::parse(prefix).filter(|_| BreachedHash::parse(rest).is_some()).ok_or_else(|| garbled("the file"))?;
    let prefix = prefix.as_str().as_bytes().try_into().expect("five digits");
    let start = from + skipped as u64;
    Ok(Some(Line { start, end: start + end as u64, prefix }))
}

/// Reads as much as there is and fits.
fn read_some(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < into.len() {
        match file.read_at(&mut into[got..], at + got as u64) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

/// Samples a few dozen places to tell if the hashes of a file are in order. The public lists came in the order of their
/// counts too.
fn is_in_order(file: &File, length: u64) -> io::Result<bool> {
    let mut last = [0; PREFIX_DIGITS];
    for sample in 0..SAMPLES {
        let line = match line_at_or_after(file, length, length / SAMPLES * sample) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(sample > 0),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(false),
            Err(error) => return Err(error),
        };
        if line.prefix < last {
            return Ok(false);
        }
        last = line.prefix;
    }
    Ok(length > SUFFIX_DIGITS as u64)
}
