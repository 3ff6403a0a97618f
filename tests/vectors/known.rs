//! Answers that others have published, so that the two implementations are not
//! wrong in the same way. schemas/vectors/known.json names each source.

use crate::naive::{self, hex, note, tree};
use crate::{bytes, hash, hashes, list, number, product, stored, text};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signer, SigningKey as Ed25519};
use plumbline_replay::integrity::chain::{Digest, entry_hash};
use plumbline_replay::integrity::checkpoint::{SigningKey, VerifyingKey};
use plumbline_replay::integrity::tree::{Frontier, leaf_hash};

#[test]
fn blake3_and_sha256_are_the_published_ones() {
    for vector in list(&stored("known.json"), "blake3") {
        let input = bytes(vector, "input");
        assert_eq!(entry_hash(&input).0, hash(vector, "digest"));
        assert_eq!(naive::blake3(&input), hash(vector, "digest"));
    }
    for vector in list(&stored("known.json"), "sha256") {
        assert_eq!(naive::sha256(&bytes(vector, "input")), hash(vector, "digest"));
    }
}

#[test]
fn trees_and_paths_are_those_of_certificate_transparency() {
    let known = &stored("known.json")["rfc6962"];
    let leaves: Vec<Vec<u8>> = list(known, "leaves")
        .iter()
        .map(|leaf| naive::unhex(leaf.as_str().expect("a leaf is text")))
        .collect();
    let hashed: Vec<[u8; 32]> = leaves.iter().map(|leaf| tree::leaf(leaf)).collect();
    let roots = hashes(known, "roots");
    assert_eq!(roots.len(), leaves.len());
    let mut frontier = Frontier::new();
    for (size, (leaf, root)) in leaves.iter().zip(&roots).enumerate() {
        frontier.push(leaf_hash(leaf));
        assert_eq!(frontier.root(), Digest(*root));
        assert_eq!(tree::root(&hashed[..=size]), *root);
    }
    for vector in list(known, "inclusion") {
        let (index, size) = (number(vector, "index"), number(vector, "size"));
        let proof = hashes(vector, "proof");
        assert_eq!(tree::inclusion(index as usize, &hashed[..size as usize]), proof);
        let root = roots[size as usize - 1];
        assert_eq!(product::inclusion(hashed[index as usize], index, size, root, &proof), Ok(()));
    }
    for vector in list(known, "consistency") {
        let (old, new) = (number(vector, "old"), number(vector, "new"));
        let proof = hashes(vector, "proof");
        assert_eq!(tree::consistency(old as usize, &hashed[..new as usize]), proof);
        let root = |size: u64| (size, roots[size as usize - 1]);
        assert_eq!(product::consistency(root(old), root(new), &proof), Ok(()));
    }
}

#[test]
fn signatures_are_those_of_rfc_8032() {
    for vector in list(&stored("known.json"), "ed25519") {
        let seed = hash(vector, "secret");
        let key = Ed25519::from_bytes(&seed);
        assert_eq!(key.verifying_key().to_bytes(), hash(vector, "public"));
        let signature = key.sign(&bytes(vector, "message")).to_bytes();
        assert_eq!(hex(&signature), text(vector, "signature"));
        // What the product and the naive one publish of that key is the same.
        let vkey = SigningKey::from_seed("rfc8032.example", seed).vkey();
        assert_eq!(vkey, note::vkey("rfc8032.example", &seed));
        assert!(VerifyingKey::parse(&vkey).is_ok());
    }
}

#[test]
fn notes_are_those_of_the_signed_note_format() {
    let known = &stored("known.json")["signed_note"];
    let (skey, vkey) = (text(known, "private_key"), text(known, "public_key"));
    let key = SigningKey::parse(skey).expect("the product reads the key");
    assert_eq!(key.vkey(), vkey);
    assert_eq!(key.to_text(), skey);
    let note = text(known, "note");
    assert_eq!(note::signed_text(note, vkey).as_deref(), Ok(text(known, "text")));
    // It is a note and no checkpoint.
    assert_eq!(product::checkpoint(note, vkey), Err("note-form"));
    let bent = note.replacen("cryptography", "cryptographie", 1);
    assert_eq!(note::signed_text(&bent, vkey), Err("note-signature"));
}

#[test]
fn the_cipher_is_that_of_the_draft() {
    let known = &stored("known.json")["xchacha20poly1305"];
    let nonce: [u8; 24] = bytes(known, "nonce").try_into().expect("24 bytes");
    let (plain, aad) = (bytes(known, "plaintext"), bytes(known, "aad"));
    let cipher = XChaCha20Poly1305::new(&hash(known, "key").into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &aad });
    assert_eq!(hex(&sealed.expect("a short message")), text(known, "ciphertext_and_tag"));
}
