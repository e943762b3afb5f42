//! Bytes under an address: GIFs and stills, the stylesheet and the scripts, the browser of the API.

mod answer;
mod assets;
mod bundled_dog;
mod encoding;
mod gif;
mod random_gif;
mod site_file;
mod swagger;

pub use assets::{Asset, Favicon, with_versions};
pub use bundled_dog::{BundledDogFile, bundled_animation_url, bundled_still_url};
pub use gif::{GifFile, animation_url, still_url};
pub use random_gif::RandomGifRedirect;
pub use site_file::SiteFile;
pub use swagger::SwaggerFile;
