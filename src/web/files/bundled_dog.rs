//! `GET /assets/dogs/{file}`: the dogs that come with the program, for the page of an error.
//!
//! # Design
//! An address of their own: below `/gifs/` a dog is gone when it was removed from the catalogue, and whoever writes the page
//! cannot know what is in the catalogue when its pictures are asked for, or whether the database is there by then.

use salvo::{Request, Response, handler};

use super::gif::{answer_with, asked_for, url};
use crate::gallery::{FileBytes, Sha256};
use crate::web::error::Error;

/// Serves the files of bundled dogs, whatever becomes of the database.
#[derive(Clone)]
pub struct BundledDogFile;

#[handler]
impl BundledDogFile {
    async fn handle(&self, request: &mut Request, response: &mut Response) -> Result<(), Error> {
        let (sha256, kind) = asked_for(request)?;
        answer_with(FileBytes::bundled(sha256, kind).ok_or(Error::NotFound)?, kind, request, response)
    }
}

/// Where the animation of a bundled dog is.
pub fn bundled_animation_url(sha256: &Sha256) -> String {
    url("/assets/dogs/", sha256, ".gif")
}

/// Where its still is.
pub fn bundled_still_url(sha256: &Sha256) -> String {
    url("/assets/dogs/", sha256, ".png")
}
