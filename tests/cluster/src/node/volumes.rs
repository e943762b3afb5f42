//! Volumes made beforehand: folders of the data directory, which claims bind to. Their owner is set for the pod's group,
//! as on a cloud's disks.

use std::fmt::Write as _;

use anyhow::Result;

use super::Parts;

/// The default class.
const CLASS: &str = "local";

/// More than all environments and drills claim at once.
const COUNT: usize = 40;

/// No quota stands behind the size; it is what the largest claim of the tree fits into.
const SIZE: &str = "100Gi";

/// On the nodes with this label.
pub(super) fn make(parts: &Parts<'_>, key: &str, value: &str) -> Result<()> {
    let mut manifests = format!(
        "apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {CLASS}, annotations: {{storageclass.kubernetes.io/is-default-class: \"true\"}}}}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
reclaimPolicy: Retain
"
    );
    for number in 1..=COUNT {
        let folder = parts.directory().join(format!("volumes/{number}"));
        std::fs::create_dir_all(&folder)?;
        write!(
            manifests,
            "---
apiVersion: v1
kind: PersistentVolume
metadata: {{name: local-{number:02}}}
spec:
  storageClassName: {CLASS}
  capacity: {{storage: {SIZE}}}
  accessModes: [ReadWriteOnce, ReadWriteMany]
  persistentVolumeReclaimPolicy: Retain
  local: {{path: {}}}
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions: [{{key: {key}, operator: In, values: [{value}]}}]
",
            folder.display()
        )?;
    }
    parts.kubectl.apply(&manifests)?;
    Ok(())
}
