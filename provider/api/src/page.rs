//! Reading whole lists.
//!
//! The cloud pages in three styles: integer `Offset` and `Limit`, the same as texts, and all rows
//! at once. A request states which by its [`Paged`] implementation; the loop is here only.

use std::collections::HashSet;

use crate::action::Action;
use crate::client::Client;
use crate::error::{Error, Result};

/// How often a list that changes while it is read is read from the start.
const PASSES: usize = 3;

/// More rows than any quota allows: a server that goes on after them repeats itself.
const MOST: usize = 100_000;

/// A request for a list.
pub trait Paged: Action + Clone {
    /// One row.
    type Row: Send;

    /// The largest page that the cloud allows, or `None` when it sends all rows at once.
    const LIMIT: Option<usize>;

    /// Asks for `limit` rows after the first `offset`.
    fn set_page(&mut self, offset: usize, limit: usize);

    /// The rows of a page, and how many there are in all.
    fn rows(response: Self::Response) -> (Vec<Self::Row>, Option<usize>);

    /// What tells a row from all others.
    fn key(row: &Self::Row) -> String;
}

/// All rows that match `request`, each once.
///
/// A row that is created or deleted meanwhile shifts the pages after it, so that a row between two
/// pages would be missed. When the total or a repeated row shows that, the list is read from the
/// start; a list that does not hold still gives every row that any pass saw.
///
/// # Errors
///
/// Those of the calls; [`Error::Decode`] for a list without end.
pub async fn all_pages<P: Paged>(client: &Client, request: &P) -> Result<Vec<P::Row>> {
    let mut rows = Vec::new();
    let mut keys = HashSet::new();
    for _ in 0..PASSES {
        let (found, still) = one_pass(client, request).await?;
        if still {
            // This pass alone is the truth; earlier ones may hold rows that are gone.
            return Ok(found);
        }
        rows.extend(found.into_iter().filter(|row| keys.insert(P::key(row))));
    }
    Ok(rows)
}

/// Reads the list once; tells whether it held still.
async fn one_pass<P: Paged>(client: &Client, request: &P) -> Result<(Vec<P::Row>, bool)> {
    let Some(limit) = P::LIMIT else {
        let answer = client.call(request).await?;
        return Ok((P::rows(answer.value).0, true));
    };
    let mut rows = Vec::new();
    let mut keys = HashSet::new();
    let mut expected = None;
    let mut still = true;
    let mut offset = 0;
    loop {
        let mut request = request.clone();
        request.set_page(offset, limit);
        let answer = client.call(&request).await?;
        let request_id = answer.request_id;
        let (page, total) = P::rows(answer.value);
        still &= offset == 0 || total == expected;
        expected = total;
        let count = page.len();
        offset += count;
        for row in page {
            let new = keys.insert(P::key(&row));
            still &= new;
            if new {
                rows.push(row);
            }
        }
        // A page may be short because the server allows less than was asked for, so the total
        // decides where there is one.
        let finished = match total {
            Some(total) => offset >= total,
            None => count < limit,
        };
        if finished {
            return Ok((rows, still));
        }
        if count == 0 {
            // The total promised more, so rows went while the list was read.
            return Ok((rows, false));
        }
        if offset > MOST {
            let problem = format!("the list goes on after {MOST} rows");
            return Err(Error::Decode { action: request.id(), request_id, problem });
        }
    }
}

/// Declares how requests for lists are paged: `int` and `text` say how `Offset` and `Limit` are
/// written, with the largest page; `at_once` is a list without pages.
macro_rules! paged {
    ($($request:ty => $rows:ident: [$row:ty], by |$each:ident| $key:expr, $style:ident $($limit:literal)?;)*) => {$(
        impl $crate::page::Paged for $request {
            type Row = $row;
            const LIMIT: Option<usize> = $crate::page::paged!(@limit $style $($limit)?);

            fn set_page(&mut self, offset: usize, limit: usize) {
                $crate::page::paged!(@set $style self, offset, limit);
            }

            fn rows(
                response: <Self as $crate::Action>::Response,
            ) -> (Vec<$row>, Option<usize>) {
                let total = $crate::page::paged!(@total $style response);
                (response.$rows, total)
            }

            fn key($each: &$row) -> String {
                $key
            }
        }
    )*};
    (@limit at_once) => { None };
    (@limit $style:ident $limit:literal) => { Some($limit) };
    (@set at_once $request:ident, $offset:ident, $limit:ident) => { let _ = ($offset, $limit); };
    (@set int $request:ident, $offset:ident, $limit:ident) => {
        $request.offset = Some($offset as u64);
        $request.limit = Some($limit as u64);
    };
    (@set text $request:ident, $offset:ident, $limit:ident) => {
        $request.offset = Some($offset.to_string());
        $request.limit = Some($limit.to_string());
    };
    (@total at_once $response:ident) => { None };
    (@total $style:ident $response:ident) => { $response.total_count.map(|total| total as usize) };
}
pub(crate) use paged;
