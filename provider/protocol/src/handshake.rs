//! The first words between Terraform and the provider: the environment and the handshake line.

use std::env;
use std::io::Write;

use crate::transport::Address;

/// Terraform sets the cookie to show that the program was not started by hand.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// What the environment asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invitation {
    /// The client's certificate in PEM; without one the connection is in clear.
    pub client_certificate: Option<String>,
    /// Whether the seventh field of the line is expected.
    pub multiplex: bool,
}

/// Reads the environment. `None` where the program was started by hand.
pub fn invitation() -> Option<Invitation> {
    read(|name| env::var(name).ok())
}

fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Invitation> {
    (variable(COOKIE.0).as_deref() == Some(COOKIE.1)).then(|| Invitation {
        client_certificate: variable("PLUGIN_CLIENT_CERT").filter(|pem| !pem.is_empty()),
        multiplex: variable("PLUGIN_MULTIPLEX_GRPC").is_some(),
    })
}

/// The line that tells Terraform how to connect. Older hosts split it into six fields, so the
/// seventh is there only where it is asked for.
pub fn line(address: &Address, certificate: &str, multiplex: bool) -> String {
    let (network, at) = address.parts();
    let seventh = if multiplex { "|false" } else { "" };
    format!("1|6|{network}|{at}|grpc|{certificate}{seventh}\n")
}

/// Writes the line to stdout, where nothing else may ever be written.
///
/// # Errors
/// Where stdout is closed.
pub fn announce(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_six_fields_unless_a_seventh_is_asked_for() {
        let address = Address::Unix("/tmp/p".into());
        assert_eq!(line(&address, "CERT", false), "1|6|unix|/tmp/p|grpc|CERT\n");
        assert_eq!(line(&address, "", false), "1|6|unix|/tmp/p|grpc|\n");
        let address = Address::Tcp(([127, 0, 0, 1], 10_000).into());
        assert_eq!(line(&address, "CERT", true), "1|6|tcp|127.0.0.1:10000|grpc|CERT|false\n");
    }

    #[test]
    fn only_the_right_cookie_is_an_invitation() {
        let with =
            |value: &'static str| move |name: &str| (name == COOKIE.0).then(|| value.to_owned());
        assert_eq!(read(with("wrong")), None);
        assert_eq!(read(|_| None), None);
        assert_eq!(read(with(COOKIE.1)), Some(Invitation::default()));
    }
}
