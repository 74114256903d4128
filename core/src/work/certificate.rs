//! Says in words why a certificate is not trusted.

use rustls::{CertificateError, Error};

/// Why a connection over TLS was not made: an untrusted certificate with its reason, or an answer that is not TLS.
pub(super) enum Refused {
    /// Whoever answers may be somebody else.
    Untrusted(String),
    /// What came does not speak TLS.
    NotTls(String),
}

/// What an error of TLS means.
pub(super) fn refused(error: &Error) -> Refused {
    let why = match error {
        Error::InvalidCertificate(problem) => match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "it has expired".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "it is not valid yet".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "it is for another host name".to_owned()
            }
            CertificateError::UnknownIssuer => "this machine does not know its issuer".to_owned(),
            other => other.to_string(),
        },
        // How the verifier says on Linux that the system has no trust store.
        Error::General(why) => why.clone(),
        error => return Refused::NotTls(error.to_string()),
    };
    Refused::Untrusted(format!("its certificate is not trusted ({why})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_words() {
        use Error::{General, InvalidCertificate};
        for (error, why) in [
            (InvalidCertificate(CertificateError::Expired), "it has expired"),
            (InvalidCertificate(CertificateError::NotValidYet), "it is not valid yet"),
            (InvalidCertificate(CertificateError::NotValidForName), "it is for another host name"),
            (InvalidCertificate(CertificateError::UnknownIssuer), "this machine does not know its issuer"),
            (General("No CA certificates were loaded".to_owned()), "No CA certificates were loaded"),
        ] {
            let Refused::Untrusted(said) = refused(&error) else { panic!("{error}") };
            assert_eq!(said, format!("its certificate is not trusted ({why})"));
        }
        assert!(matches!(refused(&Error::DecryptError), Refused::NotTls(_)));
    }
}
