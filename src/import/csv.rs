//! Reading tables: CSV with any of three delimiters, one row one event.
//!
//! Rows that do not fit the header are refused one by one with their line; a
//! quote that is never closed, or a file without a header, refuses the file: what
//! follows the quote would be one cell, and rows would be missing without a word.

use super::attribute::{Attribute, Kind};
use super::headers::one_line;
use super::input::Guard;
use super::record::{Case, Problem, Record, SourceError};
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::io::{BufRead, Read};

/// Largest row in bytes.
const ROW_BYTES_MAX: u64 = 4 << 20;
const COLUMNS_MAX: usize = 4096;

/// How the table is written.
#[derive(Clone, Debug, Default)]
pub struct Dialect {
    /// `None`: the one of comma, semicolon and tab that the header has most of.
    pub delimiter: Option<u8>,
    /// Lines above the header, such as a title.
    pub skip_lines: u64,
}

/// Reads a table.
pub struct CsvReader<R: BufRead> {
    reader: Reader<Lines<R>>,
    headers: Vec<String>,
    /// Lines before those that `reader` counts.
    lines_before: u64,
    /// Lines end in CR LF: the CR is left at the end of each row's last cell.
    ends_in_cr: bool,
    row: ByteRecord,
}

/// Lets the guard know, through the reader's own calls, that rows advance: the
/// csv reader asks for more only when its row is not complete.
struct Lines<R: BufRead> {
    inner: Guard<R>,
    quotes: Quotes,
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(out)?;
        out.iter().take(count).for_each(|byte| self.quotes.step(*byte));
        self.quotes.ended |= count == 0;
        Ok(count)
    }
}

/// Follows the quotes beside the csv reader, which takes the end of the file for
/// the end of a quoted cell and says nothing.
struct Quotes {
    delimiter: u8,
    place: Cell,
    line: u64,
    opened: u64,
    ended: bool,
}

/// Where in a cell a byte stands.
enum Cell {
    Start,
    Plain,
    Quoted,
    /// After a quote within quotes: the end of the cell, or half of a doubled one.
    Closed,
}

impl Quotes {
    fn step(&mut self, byte: u8) {
        self.line += u64::from(byte == b'\n');
        let ends = byte == self.delimiter || matches!(byte, b'\n' | b'\r');
        self.place = match (&self.place, byte) {
            (Cell::Start, b'"') => {
                self.opened = self.line;
                Cell::Quoted
            }
            (Cell::Quoted, b'"') => Cell::Closed,
            (Cell::Closed, b'"') | (Cell::Quoted, _) => Cell::Quoted,
            _ if ends => Cell::Start,
            _ => Cell::Plain,
        };
    }

    /// The line of a quote that the end of the file left open.
    fn left_open(&self) -> Option<u64> {
        (self.ended && matches!(self.place, Cell::Quoted)).then_some(self.opened)
    }
}

impl<R: BufRead> CsvReader<R> {
    /// Reads up to the end of the header.
    pub fn new(mut input: R, dialect: &Dialect) -> Result<CsvReader<R>, SourceError> {
        let fail = |line: u64, reason: String| SourceError { line, element: String::new(), reason };
        for skipped in 0..dialect.skip_lines {
            skip_line(&mut input).map_err(|error| fail(skipped + 1, error.to_string()))?;
        }
        let lines_before = dialect.skip_lines;
        let start = input.fill_buf().map_err(|e| fail(lines_before + 1, e.to_string()))?;
        let delimiter = dialect.delimiter.unwrap_or_else(|| sniff(start));
        let ends_in_cr = match memchr::memchr(b'\n', start) {
            Some(at) => at > 0 && start.get(at - 1) == Some(&b'\r'),
            None => false,
        };
        // The csv reader counts lines wrongly where they end in CR LF. Only the
        // line ends of old Macintosh files have no LF.
        let terminator = match memchr::memchr2(b'\r', b'\n', start).and_then(|at| start.get(at)) {
            Some(b'\r') if !ends_in_cr => csv::Terminator::CRLF,
            _ => csv::Terminator::Any(b'\n'),
        };
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .terminator(terminator)
            .has_headers(false)
            .flexible(true)
            .from_reader(Lines {
                inner: Guard::new(input, ROW_BYTES_MAX),
                quotes: Quotes { delimiter, place: Cell::Start, line: 1, opened: 1, ended: false },
            });
        let mut table = CsvReader {
            reader,
            headers: Vec::new(),
            lines_before,
            ends_in_cr,
            row: ByteRecord::new(),
        };
        if !table.advance()? {
            let reason = "文件是空的,没有表头 / the file is empty: it has no header";
            return Err(fail(lines_before + 1, reason.to_owned()));
        }
        let cells: Vec<Vec<u8>> = table.row.iter().map(<[u8]>::to_vec).collect();
        if cells.len() > COLUMNS_MAX {
            let reason = format!(
                "{} 列,上限 {COLUMNS_MAX} / {0} columns, at most {COLUMNS_MAX}",
                cells.len()
            );
            return Err(fail(lines_before + 1, reason));
        }
        for (at, cell) in cells.into_iter().enumerate() {
            let text = String::from_utf8(cell).map_err(|_| {
                fail(
                    lines_before + 1,
                    format!("第 {} 列的表头不是文本 / header {0} is not text", at + 1),
                )
            })?;
            let name = one_line(&text);
            table.headers.push(if name.is_empty() { format!("column {}", at + 1) } else { name });
        }
        Ok(table)
    }

    /// The headers, each on one line.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The next row as a case of one event. Rows without any text are passed over.
    pub fn next_case(&mut self) -> Result<Option<Case>, SourceError> {
        loop {
            if !self.advance()? {
                return Ok(None);
            }
            if self.row.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                break;
            }
        }
        let line = self.row.position().map_or(0, csv::Position::line) + self.lines_before;
        let mut record = Record { line, attributes: Vec::new(), problem: None };
        for (at, cell) in self.row.iter().enumerate() {
            let text = String::from_utf8_lossy(cell).into_owned();
            let column = self.headers.get(at).cloned();
            let key = column.unwrap_or_else(|| format!("column {}", at + 1));
            let is_text = std::str::from_utf8(cell).is_ok() && !cell.contains(&0);
            if !is_text && record.problem.is_none() {
                let reason = "不是文本 / the cell is not text";
                record.problem = Some(Problem::new(line, &key, reason));
            }
            record.attributes.push(Attribute::new(key, Kind::Text, text));
        }
        // A shorter row has lost a cell somewhere, and nothing says where.
        if self.row.len() != self.headers.len() {
            let reason = format!(
                "本行有 {} 格,表头有 {} 列 / the row has {0} cells, the header {1}",
                self.row.len(),
                self.headers.len()
            );
            record.problem = Some(Problem::new(line, "row", reason));
        }
        Ok(Some(Case { line, attributes: Vec::new(), records: vec![record], problem: None }))
    }

    fn advance(&mut self) -> Result<bool, SourceError> {
        self.reader.get_mut().inner.next_token();
        let more = self.reader.read_byte_record(&mut self.row).map_err(|error| SourceError {
            line: self.reader.position().line() + self.lines_before,
            element: String::new(),
            reason: match error.kind() {
                csv::ErrorKind::Io(io) => io.to_string(),
                _ => error.to_string(),
            },
        })?;
        if let Some(line) = self.reader.get_ref().quotes.left_open() {
            let line = line + self.lines_before;
            let reason = format!(
                "第 {line} 行打开的引号到文件结束也没有关闭 / a quote opened in line {line} is never \
                 closed"
            );
            return Err(SourceError { line, element: String::new(), reason });
        }
        let last = self.row.len().checked_sub(1).and_then(|at| self.row.get(at));
        if self.ends_in_cr && last.is_some_and(|cell| cell.ends_with(b"\r")) {
            self.strip_cr();
        }
        Ok(more)
    }
}

impl<R: BufRead> CsvReader<R> {
    fn strip_cr(&mut self) {
        let last = self.row.len().saturating_sub(1);
        let cell = self.row.get(last).unwrap_or_default().to_vec();
        self.row.truncate(last);
        self.row.push_field(cell.strip_suffix(b"\r").unwrap_or(&cell));
    }
}

fn skip_line(input: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let piece = input.fill_buf()?;
        let (count, ended) = match memchr::memchr(b'\n', piece) {
            Some(at) => (at + 1, true),
            None => (piece.len(), piece.is_empty()),
        };
        input.consume(count);
        if ended {
            return Ok(());
        }
    }
}

/// The delimiter that the first row has most of, outside quotes.
fn sniff(start: &[u8]) -> u8 {
    let mut counts = [0usize; 3];
    let mut quoted = false;
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            b',' if !quoted => counts[0] += 1,
            b';' if !quoted => counts[1] += 1,
            b'\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    let [comma, semicolon, tab] = counts;
    if tab > comma && tab >= semicolon {
        b'\t'
    } else if semicolon > comma {
        b';'
    } else {
        b','
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, dialect: &Dialect) -> Result<(Vec<String>, Vec<Record>), SourceError> {
        let mut table = CsvReader::new(text.as_bytes(), dialect)?;
        let mut records = Vec::new();
        while let Some(case) = table.next_case()? {
            records.extend(case.records);
        }
        Ok((table.headers().to_vec(), records))
    }

    #[test]
    fn headers_broken_over_lines_and_quoted_cells_are_read() {
        let text =
            "文号,\"罚款金额\r\n（万元）\",\r\n\"a,1\",0.5,x\r\n\r\n,,\r\n\"b\"\"2\n\",1,y\r\n";
        let (headers, records) = read(text, &Dialect::default()).unwrap();
        assert_eq!(headers, ["文号", "罚款金额（万元）", "column 3"]);
        let cells: Vec<Vec<&str>> = records
            .iter()
            .map(|record| record.attributes.iter().map(|a| a.value.as_str()).collect())
            .collect();
        assert_eq!(cells, [vec!["a,1", "0.5", "x"], vec!["b\"2\n", "1", "y"]]);
        assert_eq!(records.iter().map(|r| r.line).collect::<Vec<_>>(), [3, 6]);
    }

    #[test]
    fn delimiters_are_told_from_the_header_and_titles_skipped() {
        for (text, dialect) in [
            ("a;b,c;d\n1;2;3\n", Dialect::default()),
            ("a\tb,c\td\n1\t2\t3\n", Dialect::default()),
            ("表一,x\n\na,\"b,c\",d\n1,2,3\n", Dialect { skip_lines: 2, ..Dialect::default() }),
        ] {
            let (headers, records) = read(text, &dialect).unwrap();
            assert_eq!(headers, ["a", "b,c", "d"], "{text}");
            assert_eq!(records.len(), 1);
        }
    }

    #[test]
    fn a_row_that_does_not_fit_the_header_is_named() {
        let (_, records) = read("a,b\n1,2\n1,2,3\n1\n4,5\n", &Dialect::default()).unwrap();
        let problems: Vec<Option<u64>> =
            records.iter().map(|r| r.problem.as_ref().map(|p| p.line)).collect();
        assert_eq!(problems, [None, Some(3), Some(4), None]);
    }

    #[test]
    fn an_empty_file_and_an_open_quote_refuse_the_file() {
        assert_eq!(read("", &Dialect::default()).unwrap_err().line, 1);
        for (text, line) in [
            ("a,b\n1,2\n3,\"4\n5,6\n", 3),
            ("a,b\r\n1,\"x\"\"\r\n", 2),
            ("a,\"b\n1,2\n", 1),
            ("title\na,b\n1,\"2", 3),
        ] {
            let skip_lines = u64::from(text.starts_with("title"));
            let error = read(text, &Dialect { skip_lines, ..Dialect::default() }).unwrap_err();
            assert_eq!(
                (error.line, error.reason.contains("never closed")),
                (line, true),
                "{error}"
            );
        }
        for sound in ["a,b\n1,\"2\"\"\"\n", "a,b\n1,2\"\n", "a,b\n\"1\n\",\"\"", "a,b\n1,\"2\"x\n"]
        {
            assert!(read(sound, &Dialect::default()).is_ok(), "{sound}");
        }
        let mut text = String::from("a,b\n1,\"never closed\n");
        while text.len() as u64 <= ROW_BYTES_MAX + 70_000 {
            text.push_str("row after row of a spreadsheet, and no quote to end it\n");
        }
        let error = read(&text, &Dialect::default()).unwrap_err();
        assert!(error.reason.contains("never closed"), "{error}");
    }
}
