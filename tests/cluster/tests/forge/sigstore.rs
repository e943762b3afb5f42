//! What stands for Sigstore, so that the real cosign signs and verifies without keys: an authority of the test's own gives
//! certificates to whom a token names, as Fulcio does for GitHub's jobs. It has no public log, and cosign is told so.

use std::fs;
use std::path::PathBuf;

use cluster::encoding::base64;
use cluster::tools::Tools;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SignatureAlgorithm, string::Ia5String,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::commands::{clean, succeed};
use crate::front::{Front, Request, Response, rule};
use crate::workflows::scripts::{Checkout, REPOSITORY};

const ISSUER: &str = "https://token.actions.githubusercontent.com";
/// Where Fulcio writes who vouched for the identity.
const ISSUER_EXTENSION: [u64; 9] = [1, 3, 6, 1, 4, 1, 57264, 1, 8];

pub struct Sigstore {
    directory: TempDir,
    cosign: PathBuf,
    _front: Front,
}

impl Sigstore {
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "the test's own");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let certificate = authority.self_signed(&key).expect("an authority").pem();
        fs::write(directory.path().join("authority.pem"), &certificate).expect("a file");
        let issuer = Issuer::new(authority, key);
        let front =
            Front::start("127.0.0.1:1", vec![rule(move |request| Some(certify(request, &issuer, &certificate)))]);

        let tools = Tools::ready(&["cosign"]).expect("cosign");
        let cosign = tools.binary("cosign").expect("cosign").to_owned();
        let url = format!("url=http://{}", front.host);
        let run =
            |arguments: &[&str]| succeed(clean(cosign.to_str().expect("a path"), directory.path()).args(arguments));
        run(&[
            "trusted-root",
            "create",
            "--fulcio",
            &format!("{url},certificate-chain=authority.pem"),
            "--out",
            "trusted",
        ]);
        let fulcio = format!("{url},api-version=1,start-time=2026-01-01T00:00:00Z,operator=test");
        run(&["signing-config", "create", "--fulcio", &fulcio, "--out", "signing"]);
        Self { directory, cosign, _front: front }
    }

    /// A cosign for a checkout, which signs as a workflow of the repository, such as `release.yaml@refs/heads/main`.
    pub fn cosign(&self, checkout: &Checkout, workflow: &str) -> PathBuf {
        let claims = json!({
            "iss": ISSUER,
            "aud": "sigstore",
            "sub": format!("https://github.com/{REPOSITORY}/.github/workflows/{workflow}"),
        });
        // cosign asks for this algorithm, and leaves the signature to the authority.
        let token = [json!({"alg": "RS256"}), claims].map(|part| url_safe(&base64(part.to_string().as_bytes())));
        let trust = format!("--trusted-root {}/trusted", self.directory.path().display());
        checkout.cosign(&format!(
            "command=$1; shift; case $command in\n\
             sign | attest) set -- --signing-config {}/signing --identity-token {}.none \"$@\" ;;\n\
             *) set -- --insecure-ignore-tlog --insecure-ignore-sct \"$@\" ;;\n\
             esac\nexec {} $command {trust} \"$@\"",
            self.directory.path().display(),
            token.join("."),
            self.cosign.display(),
        ))
    }
}

/// A certificate for the key and the subject of the token, whoever asks.
fn certify(request: &Request, issuer: &Issuer<'_, KeyPair>, authority: &str) -> Response {
    let asked: Value = serde_json::from_slice(request.body()).expect("what cosign asks for");
    let token = request.header("Authorization").expect("a token").split('.').nth(1).expect("its claims");
    let claims: Value = serde_json::from_slice(&decode(token)).expect("claims");
    let key = asked["publicKeyRequest"]["publicKey"]["content"].as_str().expect("a key");
    let key: String = key.lines().filter(|line| !line.starts_with('-')).collect();

    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    let subject = Ia5String::try_from(claims["sub"].as_str().expect("a subject")).expect("an address");
    parameters.subject_alt_names = vec![SanType::URI(subject)];
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
    // DER of a UTF8String.
    let length = u8::try_from(ISSUER.len()).expect("a short address");
    let content = [&[0x0c, length], ISSUER.as_bytes()].concat();
    parameters.custom_extensions = vec![CustomExtension::from_oid_content(&ISSUER_EXTENSION, content)];
    let certificate = parameters.signed_by(&Point(decode(&key)), issuer).expect("a certificate").pem();
    Response::json(&json!({"signedCertificateEmbeddedSct": {"chain": {"certificates": [certificate, authority]}}}))
}

/// A key on P-256 as SubjectPublicKeyInfo, whose last bytes are the point.
struct Point(Vec<u8>);

impl PublicKeyData for Point {
    fn der_bytes(&self) -> &[u8] {
        &self.0[self.0.len() - 65..]
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

fn url_safe(base64: &str) -> String {
    base64.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Base64 of either alphabet.
fn decode(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter_map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    });
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in digits {
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
