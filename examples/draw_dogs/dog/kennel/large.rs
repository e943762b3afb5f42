//! The large breeds.

use super::MIDDLE;
use crate::canvas::Colour;
use crate::dog::breed::{Breed, Build, Coat, Ears, Tail};
use crate::dog::coats::{
    BLACK, BLUE_STRAP, CHOCOLATE, CREAM, GOLD, GREEN_STRAP, GREY, RED_STRAP, SNOWY_MUZZLE, SPOT, TAN, WHITE,
};

/// Siberian husky.
pub const HUSKY: Breed = Breed {
    build: Build { chest: 10.0, hip: 8.5, skull: 11.5, fluffy: true, ..MIDDLE },
    ears: Ears::Pricked,
    tail: Tail::Curl,
    coat: Coat {
        muzzle: WHITE,
        cheeks: Some(WHITE),
        brows: Some(WHITE),
        belly: Some(WHITE),
        bib: Some(WHITE),
        socks: Some(WHITE),
        tail_tip: Some(WHITE),
        iris: Colour(0x58C0F0),
        ..Coat::plain(GREY)
    },
};

/// Dalmatian.
pub const DALMATIAN: Breed = Breed {
    build: Build { length: 23.0, leg: 15.0, hip: 7.5, ..MIDDLE },
    ears: Ears::Floppy,
    tail: Tail::Whip,
    coat: Coat { ears: SPOT, spots: Some(SPOT), collar: Some(RED_STRAP), ..Coat::plain(WHITE) },
};

/// Golden retriever.
pub const RETRIEVER: Breed = Breed {
    build: Build { length: 24.0, chest: 10.0, hip: 8.5, skull: 11.5, fluffy: true, ..MIDDLE },
    ears: Ears::Floppy,
    tail: Tail::Plume,
    coat: Coat { muzzle: CREAM, bib: Some(CREAM), collar: Some(GREEN_STRAP), ..Coat::plain(GOLD) },
};

/// Labrador, chocolate.
pub const LABRADOR: Breed = Breed {
    build: Build { chest: 10.0, hip: 8.5, snout: 0.38, skull: 11.5, ..MIDDLE },
    ears: Ears::Floppy,
    tail: Tail::Whip,
    coat: Coat { collar: Some(BLUE_STRAP), ..Coat::plain(CHOCOLATE) },
};

/// Labrador, yellow, still a puppy.
pub const YELLOW_LABRADOR: Breed = Breed {
    build: Build { chest: 9.5, leg: 10.0, ..LABRADOR.build },
    coat: Coat { collar: Some(RED_STRAP), ..Coat::plain(CREAM) },
    ..LABRADOR
};

/// Bernese mountain dog.
pub const BERNESE: Breed = Breed {
    build: Build { chest: 11.0, hip: 9.5, skull: 12.0, snout: 0.36, fluffy: true, ..MIDDLE },
    ears: Ears::Floppy,
    tail: Tail::Plume,
    coat: Coat {
        muzzle: WHITE,
        blaze: Some(WHITE),
        cheeks: Some(TAN),
        brows: Some(TAN),
        bib: Some(WHITE),
        socks: Some(TAN),
        tail_tip: Some(WHITE),
        iris: Colour(0xB87838),
        lash: Colour(0xBDB4CC),
        ..Coat::plain(BLACK)
    },
};

/// Border collie.
pub const COLLIE: Breed = Breed {
    build: Build { length: 23.0, fluffy: true, ..MIDDLE },
    ears: Ears::Folded,
    tail: Tail::Plume,
    coat: Coat {
        muzzle: WHITE,
        blaze: Some(WHITE),
        bib: Some(WHITE),
        belly: Some(WHITE),
        socks: Some(WHITE),
        tail_tip: Some(WHITE),
        iris: Colour(0xD08A3A),
        lash: Colour(0xBDB4CC),
        ..Coat::plain(BLACK)
    },
};

/// German shepherd.
pub const SHEPHERD: Breed = Breed {
    build: Build { length: 24.0, muzzle: 0.75, leg: 14.0, ..MIDDLE },
    ears: Ears::Pricked,
    tail: Tail::Plume,
    coat: Coat {
        mask: Some(SPOT),
        saddle: Some(SPOT),
        ears: SPOT,
        tail_tip: Some(SPOT),
        collar: Some(RED_STRAP),
        ..Coat::plain(TAN)
    },
};

/// Samoyed.
pub const SAMOYED: Breed = Breed {
    build: Build {
        chest: 12.5,
        hip: 11.0,
        leg: 10.0,
        bone: 2.8,
        skull: 12.5,
        muzzle: 0.5,
        snout: 0.36,
        fluffy: true,
        ..MIDDLE
    },
    ears: Ears::Small,
    tail: Tail::Curl,
    coat: Coat { muzzle: SNOWY_MUZZLE, ..Coat::plain(WHITE) },
};
