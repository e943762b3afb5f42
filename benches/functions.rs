//! What a request costs without the network: choosing a dog, and finding one.

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dog_gif_app::gallery::{Catalogue, Sha256};
use dog_gif_app::store::GifRecord;
use dog_gif_app::web::{DogView, Pages};

fn catalogue(gifs: i64) -> Catalogue {
    let record = |id: i64| GifRecord {
        id,
        slug: format!("dog-{id}"),
        sha256: Sha256::of(&id.to_le_bytes()).as_bytes().to_vec(),
        title: format!("Dog {id}"),
        alt: format!("A dog, the {id}th of many, wags its tail."),
        credit: format!("Artist {}", id % 100),
        license: "CC0-1.0".into(),
        source_url: String::new(),
        byte_size: 50_000,
        width: 480,
        height: 360,
        frames: 12,
    };
    let Ok(catalogue) = Catalogue::read(1, |each| {
        (1..=gifs).map(record).for_each(each);
        Ok::<(), Infallible>(())
    });
    catalogue
}

fn choose(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("choose");
    for gifs in [10, 1_000_000] {
        let catalogue = catalogue(gifs);
        let mut rng = rand::rng();
        group.bench_function(BenchmarkId::new("any dog of", gifs), |bencher| {
            bencher.iter(|| black_box(catalogue.random(None, &mut rng)));
        });
        group.bench_function(BenchmarkId::new("any dog but one of", gifs), |bencher| {
            bencher.iter(|| black_box(catalogue.random(Some(black_box("dog-5")), &mut rng)));
        });
    }
    group.finish();
}

fn render(criterion: &mut Criterion) {
    let (pages, catalogue) = (Pages::compile(), catalogue(10));
    criterion.bench_function("render the page of a dog", |bencher| {
        bencher.iter(|| {
            let dog = catalogue.find("dog-5");
            pages.dog(&DogView::new(12_345, dog, catalogue.len(), "http://127.0.0.1:5000".into(), "/"))
        });
    });
}

criterion_group!(benches, choose, render);
criterion_main!(benches);
