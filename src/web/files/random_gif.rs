//! `GET /random.gif`: another GIF every time, for chats, READMEs and `<img>`. Counts nothing.

use std::sync::Arc;

use salvo::http::header::LOCATION;
use salvo::http::{HeaderValue, StatusCode};
use salvo::{Response, handler};

use super::gif::{SHARED_WITH_ALL, animation_url};
use crate::gallery::Gallery;
use crate::web::error::Error;

/// Sends the client to a random GIF.
#[derive(Clone)]
pub struct RandomGifRedirect(pub Arc<Gallery>);

#[handler]
impl RandomGifRedirect {
    async fn handle(&self, response: &mut Response) -> Result<(), Error> {
        let catalogue = self.0.catalogue();
        let gif = catalogue.random(None, &mut rand::rng()).ok_or(Error::NoSuchDog)?;
        let location =
            HeaderValue::from_str(&animation_url(&gif.sha256)).map_err(|error| Error::Internal(error.into()))?;
        let (name, value) = SHARED_WITH_ALL;
        response.headers_mut().insert(name, value);
        response.headers_mut().insert(LOCATION, location);
        response.status_code(StatusCode::FOUND);
        Ok(())
    }
}
