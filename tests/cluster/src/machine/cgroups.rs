//! The control group that holds every pod, in version 1 (a folder in each controller) or version 2 (one folder).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// What the kubelet wants to limit.
const NEEDED: &[&str] = &["cpu", "memory", "pids"];

/// Where groups of this machine are made.
pub enum Controllers {
    /// One mount a controller.
    V1(Vec<PathBuf>),
    /// One mount for all.
    V2(PathBuf),
}

/// Looks at the mounts.
pub fn controllers() -> Result<Controllers> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").context("cannot read /proc/self/mounts")?;
    let of_type = |wanted: &str| -> Vec<(PathBuf, String)> {
        mounts
            .lines()
            .filter_map(|line| {
                let mut fields = line.split(' ').skip(1);
                let (path, kind, options) = (fields.next()?, fields.next()?, fields.next()?);
                (kind == wanted).then(|| (PathBuf::from(path), options.to_owned()))
            })
            .collect()
    };
    let first = of_type("cgroup");
    if first.iter().any(|(_, options)| options.split(',').any(|option| option == "memory")) {
        for name in NEEDED {
            ensure!(
                first.iter().any(|(_, options)| options.split(',').any(|option| option == *name)),
                "The control group controller {name} is not mounted, which pods' limits need; mount it below /sys/fs/cgroup."
            );
        }
        // Beside version 1 there may be an empty version 2, in which runc makes the same folders.
        return Ok(Controllers::V1(first.into_iter().chain(of_type("cgroup2")).map(|(path, _)| path).collect()));
    }
    let root = of_type("cgroup2")
        .into_iter()
        .map(|(path, _)| path)
        .find(|path| path == Path::new("/sys/fs/cgroup"))
        .context("No control groups are mounted at /sys/fs/cgroup, which pods' limits need; mount them there.")?;
    let there = std::fs::read_to_string(root.join("cgroup.controllers")).unwrap_or_default();
    for name in NEEDED {
        ensure!(
            there.split_whitespace().any(|controller| controller == *name),
            "The control group controller {name} is not available here, which pods' limits need; delegate it to this group."
        );
    }
    Ok(Controllers::V2(root))
}

/// Makes the group, empty.
pub fn make(name: &str) -> Result<()> {
    match controllers()? {
        Controllers::V1(mounts) => {
            for mount in mounts {
                let group = mount.join(name);
                std::fs::create_dir_all(&group)
                    .with_context(|| format!("cannot make the control group {}", group.display()))?;
                // A new cpuset is empty and admits no process until it is filled.
                for file in ["cpuset.cpus", "cpuset.mems"] {
                    if let Ok(all) = std::fs::read_to_string(mount.join(file)) {
                        std::fs::write(group.join(file), all)?;
                    }
                }
            }
        }
        Controllers::V2(root) => {
            let group = root.join(name);
            std::fs::create_dir_all(&group)
                .with_context(|| format!("cannot make the control group {}", group.display()))?;
            let there = std::fs::read_to_string(root.join("cgroup.controllers"))?;
            for controller in there.split_whitespace() {
                // Some cannot be handed on; what the kubelet needs was checked before.
                for parent in [&root, &group] {
                    let _ = std::fs::write(parent.join("cgroup.subtree_control"), format!("+{controller}"));
                }
            }
        }
    }
    Ok(())
}

/// Removes the group and what is in it, once its processes are gone. Nothing to do is no error.
pub fn remove(name: &str) -> Result<()> {
    let groups: Vec<_> = match controllers() {
        Ok(Controllers::V1(mounts)) => mounts.into_iter().map(|mount| mount.join(name)).collect(),
        Ok(Controllers::V2(root)) => vec![root.join(name)],
        Err(_) => return Ok(()),
    };
    let deadline = Instant::now() + Duration::from_secs(5);
    for group in groups.iter().filter(|group| group.is_dir()) {
        // The kernel says busy for a moment after the last process has ended.
        while let Err(error) = remove_tree(group) {
            if Instant::now() > deadline {
                return Err(error).with_context(|| format!("cannot remove the control group {}", group.display()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}

/// Groups are removed as empty folders, innermost first; the files in them are the kernel's.
fn remove_tree(group: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(group)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    std::fs::remove_dir(group)
}
