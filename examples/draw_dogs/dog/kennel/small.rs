//! The small and the middle-sized breeds.

use super::MIDDLE;
use crate::dog::breed::{Breed, Build, Coat, Ears, Tail};
use crate::dog::coats::{
    APRICOT, BLACK, BLUE_STRAP, CHOCOLATE, CREAM, FAWN, GREEN_STRAP, ORANGE, PEACH, RED, RED_STRAP, SPOT, TAN, WHITE,
    YELLOW_STRAP,
};

/// Pembroke corgi.
pub const CORGI: Breed = Breed {
    build: Build {
        length: 26.0,
        chest: 10.0,
        hip: 9.5,
        leg: 6.5,
        bone: 2.8,
        neck: 1.0,
        skull: 12.0,
        snout: 0.3,
        ..MIDDLE
    },
    ears: Ears::Pricked,
    tail: Tail::Stub,
    coat: Coat {
        muzzle: WHITE,
        blaze: Some(WHITE),
        belly: Some(WHITE),
        bib: Some(WHITE),
        socks: Some(WHITE),
        collar: Some(RED_STRAP),
        ..Coat::plain(ORANGE)
    },
};

/// Dachshund, red.
pub const DACHSHUND: Breed = Breed {
    build: Build {
        length: 33.0,
        chest: 8.5,
        hip: 7.5,
        leg: 6.0,
        bone: 2.5,
        neck: 2.0,
        skull: 10.0,
        muzzle: 0.95,
        snout: 0.28,
        ..MIDDLE
    },
    ears: Ears::Long,
    tail: Tail::Whip,
    coat: Coat { ears: CHOCOLATE, collar: Some(BLUE_STRAP), ..Coat::plain(RED) },
};

/// Pug.
pub const PUG: Breed = Breed {
    build: Build {
        length: 17.0,
        chest: 10.5,
        hip: 9.0,
        leg: 8.0,
        neck: 0.0,
        skull: 13.0,
        muzzle: 0.25,
        snout: 0.42,
        ..MIDDLE
    },
    ears: Ears::Button,
    tail: Tail::Curl,
    coat: Coat { ears: SPOT, muzzle: SPOT, collar: Some(BLUE_STRAP), ..Coat::plain(FAWN) },
};

/// Poodle, apricot.
pub const POODLE: Breed = Breed {
    build: Build { leg: 15.0, length: 19.0, skull: 11.5, muzzle: 0.85, snout: 0.32, bone: 2.2, neck: 6.0, ..MIDDLE },
    ears: Ears::Curly,
    tail: Tail::Pompom,
    coat: Coat { muzzle: PEACH, collar: Some(RED_STRAP), ..Coat::plain(APRICOT) },
};

/// Beagle.
pub const BEAGLE: Breed = Breed {
    build: Build { leg: 10.0, skull: 11.0, ..MIDDLE },
    ears: Ears::Long,
    tail: Tail::Whip,
    coat: Coat {
        muzzle: WHITE,
        blaze: Some(WHITE),
        saddle: Some(BLACK),
        belly: Some(WHITE),
        bib: Some(WHITE),
        socks: Some(WHITE),
        tail_tip: Some(WHITE),
        collar: Some(RED_STRAP),
        ..Coat::plain(TAN)
    },
};

/// Shiba inu.
pub const SHIBA: Breed = Breed {
    build: Build { leg: 11.0, skull: 12.0, snout: 0.3, muzzle: 0.5, ..MIDDLE },
    ears: Ears::Pricked,
    tail: Tail::Curl,
    coat: Coat {
        muzzle: CREAM,
        cheeks: Some(CREAM),
        brows: Some(CREAM),
        belly: Some(CREAM),
        bib: Some(CREAM),
        socks: Some(CREAM),
        collar: Some(GREEN_STRAP),
        ..Coat::plain(ORANGE)
    },
};

/// Chihuahua.
pub const CHIHUAHUA: Breed = Breed {
    build: Build {
        length: 15.0,
        chest: 7.0,
        hip: 6.0,
        leg: 8.0,
        bone: 1.6,
        skull: 11.6,
        muzzle: 0.4,
        snout: 0.26,
        ..MIDDLE
    },
    ears: Ears::Bat,
    tail: Tail::Whip,
    coat: Coat { muzzle: CREAM, bib: Some(CREAM), belly: Some(CREAM), collar: Some(YELLOW_STRAP), ..Coat::plain(FAWN) },
};

/// Bulldog.
pub const BULLDOG: Breed = Breed {
    build: Build {
        length: 19.0,
        chest: 11.5,
        hip: 9.0,
        leg: 6.0,
        bone: 3.0,
        neck: -2.0,
        skull: 13.0,
        muzzle: 0.3,
        snout: 0.5,
        ..MIDDLE
    },
    ears: Ears::Button,
    tail: Tail::Stub,
    coat: Coat {
        muzzle: WHITE,
        blaze: Some(WHITE),
        bib: Some(WHITE),
        belly: Some(WHITE),
        socks: Some(WHITE),
        collar: Some(BLUE_STRAP),
        ..Coat::plain(RED)
    },
};

/// Jack russell terrier.
pub const TERRIER: Breed = Breed {
    build: Build { length: 18.0, leg: 8.0, skull: 11.0, muzzle: 0.6, ..MIDDLE },
    ears: Ears::Folded,
    tail: Tail::Whip,
    coat: Coat { ears: TAN, eye_patch: Some(TAN), saddle: Some(TAN), collar: Some(GREEN_STRAP), ..Coat::plain(WHITE) },
};

/// Springer spaniel.
pub const SPANIEL: Breed = Breed {
    build: Build { skull: 11.5, muzzle: 0.6, leg: 10.0, fluffy: true, ..MIDDLE },
    ears: Ears::Long,
    tail: Tail::Stub,
    coat: Coat {
        ears: CHOCOLATE,
        blaze: Some(WHITE),
        muzzle: WHITE,
        bib: Some(WHITE),
        belly: Some(WHITE),
        collar: Some(YELLOW_STRAP),
        ..Coat::plain(CHOCOLATE)
    },
};
