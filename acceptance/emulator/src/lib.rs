//! A local cloud: it answers Tencent Cloud's API 3.0 on this machine, checks signatures, and
//! enforces the product's rules.
//!
//! A request's way through the code: [`server`] reads it, [`dispatch`] checks it ([`verify`],
//! [`shapes`], [`params`], [`fault`]) and finds its handler ([`registry`]), the handler works on one
//! transaction of the [`store`] through its [`call::Call`], and [`console`] shows what happened.

// The documentation is for those who read the source, and is built with private items.
#![allow(rustdoc::private_intra_doc_links)]

pub mod accounts;
pub mod call;
pub mod cam;
pub mod cfs;
pub mod clb;
pub mod cli;
pub mod clock;
pub mod cloud;
pub mod cls;
pub mod console;
pub mod cos;
pub mod cron;
pub mod dispatch;
pub mod fault;
pub mod gateway;
pub mod ids;
pub mod journal;
pub mod list;
pub mod monitor;
pub mod mps;
pub mod params;
pub mod percent;
pub mod quotas;
pub mod readings;
pub mod refusal;
pub mod regions;
pub mod registry;
pub mod runtime;
pub mod scf;
pub mod server;
pub mod shapes;
pub mod spelling;
pub mod store;
pub mod sts;
pub mod tag;
pub mod tags;
pub mod transitions;
pub mod uses;
pub mod verify;
pub mod vpc;
pub mod web;
