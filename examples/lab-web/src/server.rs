//! What is answered, and how connections come to their end.

use crate::site::Site;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::io::ReaderStream;

/// A client that says nothing for this long is hung up on. A stop waits for it too, and should not take long.
const PATIENCE: Duration = Duration::from_secs(2);

/// More of a request's body than this is not read before it is answered.
const LONGEST_BODY: usize = 1024 * 1024;

/// Serves until `stop` ends, then lets the connections that are open come to their end.
pub async fn run(listener: TcpListener, site: Site, stop: impl Future<Output = ()>) {
    let router = Router::new().fallback(answer).with_state(Arc::new(site));
    let open = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    eprintln!("lab-web: a connection was refused: {error}");
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .keep_alive(false)
            .title_case_headers(true)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = open.watch(connection);
        // A client that has seen enough may leave: a probe reads no further than the status.
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(tokio::time::timeout(PATIENCE, open.shutdown()).await);
}

async fn answer(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if head.method != Method::GET && head.method != Method::HEAD {
        // With something unread, the connection would be reset and the answer lost on its way.
        drop(to_bytes(body, LONGEST_BODY).await);
        return ([(header::ALLOW, "GET, HEAD")], plain(StatusCode::METHOD_NOT_ALLOWED)).into_response();
    }
    let path = head.uri.path();
    if path == "/health" {
        return with_type("application/json", Body::from(r#"{"status":"ok"}"#));
    }
    let Some(path) = decode(path) else { return plain(StatusCode::BAD_REQUEST) };
    let found = tokio::task::spawn_blocking(move || site.find(&path)).await;
    match found {
        Ok(Some((file, length, media_type))) => {
            let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
            let mut response = with_type(media_type, body);
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
            response
        }
        Ok(None) => plain(StatusCode::NOT_FOUND),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn with_type(media_type: &'static str, body: Body) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, body).into_response()
}

fn plain(status: StatusCode) -> Response {
    let text = status.to_string();
    (status, with_type("text/plain; charset=utf-8", Body::from(text))).into_response()
}

/// Replaces `%41` by `A`; nothing for half an escape or bytes that are not UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_whole_or_not_at_all() {
        assert_eq!(decode("/a%20b/%C3%A4").as_deref(), Some("/a b/ä"));
        for path in ["/%4", "/%ff", "/%zz"] {
            assert_eq!(decode(path), None, "{path}");
        }
    }
}
