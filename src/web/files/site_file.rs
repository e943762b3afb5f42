//! A file that comes with the program: its bytes are shared by all answers, and texts are also there compressed.
//!
//! # Design
//! Texts are compressed at their first use, once, and those that come compressed are unpacked when somebody wants them
//! plain: neither a build nor a start should wait for what nobody may ever ask for. Only gzip: every browser takes it,
//! and a brotli encoder would make the program larger than the bytes it saves. Digests, too, are made when they are
//! needed: pages of the program that nobody reads are not in memory.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use salvo::http::HeaderValue;
use salvo::http::header::{CONTENT_ENCODING, VARY};
use salvo::{Request, Response};
use tokio::sync::OnceCell;

use super::answer::{FileAnswer, etag_of};
use super::encoding::wants_gzip;
use crate::gallery::Sha256;
use crate::web::error::Error;

/// A file that comes with the program; clones share it.
#[derive(Clone)]
pub struct SiteFile(Arc<Codings>);

struct Codings {
    carried: Carried,
    content_type: &'static str,
    plain: OnceCell<Coded>,
    gzip: OnceCell<Coded>,
}

/// How the program has the file.
#[derive(Clone)]
enum Carried {
    Plain(Bytes),
    Gzip(Bytes),
}

/// The file in one coding.
struct Coded {
    bytes: Bytes,
    etag: HeaderValue,
}

impl SiteFile {
    /// `bytes` are shared when they are compiled in.
    pub fn new(bytes: Cow<'static, [u8]>, content_type: &'static str) -> Self {
        let bytes = match bytes {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Self::carried(Carried::Plain(bytes), content_type)
    }

    /// A text that comes compressed.
    pub fn packed(gzip: &'static [u8], content_type: &'static str) -> Self {
        Self::carried(Carried::Gzip(Bytes::from_static(gzip)), content_type)
    }

    fn carried(carried: Carried, content_type: &'static str) -> Self {
        Self(Arc::new(Codings { carried, content_type, plain: OnceCell::new(), gzip: OnceCell::new() }))
    }

    /// Answers with the file in the coding that the client wants, or with a part of that.
    ///
    /// # Errors
    /// The wanted range lies outside the file.
    pub async fn write(
        &self,
        request: &Request,
        response: &mut Response,
        cache_control: HeaderValue,
    ) -> Result<(), Error> {
        let Self(file) = self;
        let is_gzip = is_text(file.content_type) && wants_gzip(request.headers());
        let coded = if is_gzip {
            file.gzip.get_or_try_init(|| off_the_runtime(file.carried.clone(), Carried::gzip)).await?
        } else {
            file.plain.get_or_try_init(|| off_the_runtime(file.carried.clone(), Carried::plain)).await?
        };
        if is_text(file.content_type) {
            response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if is_gzip {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let answer = FileAnswer {
            bytes: coded.bytes.clone(),
            content_type: HeaderValue::from_static(file.content_type),
            etag: coded.etag.clone(),
            cache_control,
        };
        answer.write(request, response)
    }
}

impl Carried {
    fn plain(self) -> io::Result<Bytes> {
        match self {
            Self::Plain(bytes) => Ok(bytes),
            Self::Gzip(packed) => {
                let mut bytes = Vec::with_capacity(packed.len() * 4);
                GzDecoder::new(&packed[..]).read_to_end(&mut bytes)?;
                bytes.shrink_to_fit();
                Ok(bytes.into())
            }
        }
    }

    fn gzip(self) -> io::Result<Bytes> {
        match self {
            Self::Plain(bytes) => {
                let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::best());
                encoder.write_all(&bytes)?;
                let mut packed = encoder.finish()?;
                packed.shrink_to_fit();
                Ok(packed.into())
            }
            Self::Gzip(packed) => Ok(packed),
        }
    }
}

/// Codes and digests on a thread where that may take its time.
async fn off_the_runtime(carried: Carried, code: fn(Carried) -> io::Result<Bytes>) -> Result<Coded, Error> {
    let coded = tokio::task::spawn_blocking(move || {
        code(carried).map(|bytes| Coded { etag: etag_of(&Sha256::of(&bytes)), bytes })
    });
    let coded = coded.await.map_err(|panic| Error::Internal(panic.into()))?;
    coded.map_err(|error| Error::Internal(error.into()))
}

/// Whether it has something to compress; pictures are compressed already.
fn is_text(content_type: &str) -> bool {
    ["text/", "application/json", "image/svg+xml"].iter().any(|kind| content_type.starts_with(kind))
}
