//! Allows every request without looking at it: the least that a gRPC server in Rust costs. One thread, as a sidecar
//! with one core has.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

type Pending<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// The attributes of the request stay bytes, which costs nothing.
#[derive(Clone, PartialEq, prost::Message)]
struct CheckRequest {
    #[prost(bytes = "bytes", tag = "1")]
    attributes: prost::bytes::Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Empty {}

#[derive(Clone, PartialEq, prost::Message)]
struct CheckResponse {
    #[prost(message, optional, tag = "1")]
    status: Option<Empty>,
    #[prost(message, optional, tag = "3")]
    ok_response: Option<Empty>,
}

struct Check;

impl UnaryService<CheckRequest> for Check {
    type Response = CheckResponse;
    type Future = Pending<Response<CheckResponse>, Status>;

    fn call(&mut self, _: Request<CheckRequest>) -> Self::Future {
        let allow = CheckResponse {
            status: Some(Empty {}),
            ok_response: Some(Empty {}),
        };
        Box::pin(async { Ok(Response::new(allow)) })
    }
}

#[derive(Clone)]
struct Authorization;

impl NamedService for Authorization {
    const NAME: &'static str = "envoy.service.auth.v3.Authorization";
}

impl tower_service::Service<http::Request<Body>> for Authorization {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pending<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let codec = ProstCodec::<CheckResponse, CheckRequest>::default();
            Ok(Grpc::new(codec).unary(Check, request).await)
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args()
        .nth(1)
        .ok_or("usage: tonic-noop HOST:PORT")?;
    let server = tonic::transport::Server::builder().add_service(Authorization);
    server.serve(address.parse()?).await?;
    Ok(())
}
