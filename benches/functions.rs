//! What a request costs without the network: choosing a dog, and finding one.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dog_gif_app::gallery::{Catalogue, Sha256, Walk};
use dog_gif_app::store::{GifFacts, GifRecord, GifTexts};
use dog_gif_app::web::{DogView, Pages};

fn catalogue(gifs: i64) -> Catalogue {
    let record = |id: i64| GifRecord {
        id,
        texts: GifTexts {
            slug: format!("dog-{id}"),
            title: format!("Dog {id}"),
            alt: format!("A dog, the {id}th of many, wags its tail."),
            credit: format!("Artist {}", id % 100),
            license: "CC0-1.0".into(),
            ..GifTexts::default()
        },
        facts: GifFacts {
            sha256: Sha256::of(&id.to_le_bytes()).as_bytes().to_vec(),
            byte_size: 50_000,
            width: 480,
            height: 360,
            frames: 12,
        },
    };
    let mut walk = Walk::new(Catalogue::default(), 1);
    (1..=gifs).for_each(|id| walk.take(&record(id)));
    walk.finish().break_value().expect("the whole list has come")
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
