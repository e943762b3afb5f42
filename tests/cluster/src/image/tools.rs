//! The image of probe pods: Debian's busybox, which must connect, or must not.

use std::path::Path;

use anyhow::Result;

use super::{Image, LayerBuilder, Owner, Settings};

/// `busybox` is a static one, as the package busybox-static has it.
pub fn image(busybox: &Path) -> Result<Image> {
    let mut layer = LayerBuilder::default();
    layer.copy(busybox, "/bin/busybox")?;
    for applet in
        ["cat", "date", "echo", "env", "head", "id", "ls", "nc", "nslookup", "sh", "sleep", "timeout", "true", "wget"]
    {
        layer.link(format!("/bin/{applet}"), "busybox")?;
    }
    layer.file("/etc/passwd", 0o644, b"root:x:0:0:root:/:/bin/sh\nprobe:x:65532:65532:probe:/tmp:/bin/sh\n")?;
    layer.file("/etc/group", 0o644, b"root:x:0:\nprobe:x:65532:\n")?;
    layer.directory("/tmp", 0o1777, Owner::ROOT)?;
    let settings = Settings {
        entrypoint: vec!["/bin/sh".into()],
        user: "65532:65532".into(),
        working_directory: "/tmp".into(),
        environment: vec![("PATH".into(), "/bin".into())],
        ..Settings::default()
    };
    Ok(Image::new(&settings, vec![layer.finish()?]))
}
