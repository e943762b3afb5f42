//! The tables, as diesel sees them; the same on both backends but for `visit_writers`.

diesel::table! {
    visit_counter (id) {
        id -> BigInt,
        total -> BigInt,
    }
}

diesel::table! {
    /// MySQL only: SQLite commits in this process, so its commits are never ambiguous.
    visit_writers (id) {
        id -> Binary,
        batch -> BigInt,
        last_total -> BigInt,
        active_at -> BigInt,
    }
}

diesel::table! {
    catalogue (id) {
        id -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    gifs (id) {
        id -> BigInt,
        slug -> Text,
        sha256 -> Binary,
        title -> Text,
        alt -> Text,
        credit -> Text,
        license -> Text,
        source_url -> Text,
        byte_size -> BigInt,
        width -> BigInt,
        height -> BigInt,
        frames -> BigInt,
    }
}

diesel::table! {
    gif_files (gif_id) {
        gif_id -> BigInt,
        animation -> Binary,
        still -> Binary,
    }
}

diesel::joinable!(gif_files -> gifs (gif_id));
diesel::allow_tables_to_appear_in_same_query!(gifs, gif_files);

diesel::table! {
    /// Kept by diesel_migrations.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}
