//! `GET /api/docs/{file}`: Swagger UI, the browser of the API.

use salvo::{Request, Response, handler};

use super::answer::A_DAY;
use super::site_file::SiteFile;
use crate::web::error::Error;

/// The name of a file, its bytes compressed, and its media type.
type Packed = (&'static str, &'static [u8], &'static str);

/// What our page needs; `assets/swagger-ui/README.md` says where it comes from.
static FILES: [Packed; 2] = [
    ("swagger-ui.css", include_bytes!("../../../assets/swagger-ui/swagger-ui.css.gz"), "text/css; charset=utf-8"),
    (
        "swagger-ui-bundle.js",
        include_bytes!("../../../assets/swagger-ui/swagger-ui-bundle.js.gz"),
        "text/javascript; charset=utf-8",
    ),
];

/// Serves a file of Swagger UI.
#[derive(Clone)]
pub struct SwaggerFile([(&'static str, SiteFile); 2]);

impl SwaggerFile {
    /// With the files that the program carries.
    pub fn new() -> Self {
        Self(FILES.map(|(name, gzip, content_type)| (name, SiteFile::packed(gzip, content_type))))
    }
}

#[handler]
impl SwaggerFile {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let wanted = request.param::<&str>("file").unwrap_or_default();
        let (_, file) = self.0.iter().find(|(name, _)| *name == wanted).ok_or(Error::NotFound)?;
        file.write(request, response, A_DAY).await
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::gallery::Sha256;

    #[test]
    fn is_what_the_package_of_npm_has() {
        // Of the files in swagger-ui-dist 5.34.0.
        let digests = [
            "c3cfe8248c4b0b89673600fb829924eafbac6de4bc4b2b06f5f5243483074d0a",
            "3f6abf70480db7e07914df4c98a77385f22ea585eaf457a3e6415ba0eae2d167",
        ];
        for ((name, gzip, _), digest) in FILES.iter().zip(digests) {
            let mut bytes = Vec::new();
            GzDecoder::new(*gzip).read_to_end(&mut bytes).unwrap();
            assert_eq!(Sha256::of(&bytes).to_string(), digest, "{name}");
        }
    }
}
