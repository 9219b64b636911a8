//! The product as a user meets it: the real `terraform`, the built provider and the local cloud.
//! And what keeps the repository in shape.

mod balancer;
mod binding;
mod cfs;
mod cls;
mod concurrency;
mod cos;
mod custom_domain;
mod dead_letter;
mod demo;
mod examples;
mod faults;
mod function;
mod hosting;
mod imports;
mod inline_trigger;
mod invocation;
mod layer;
mod layers;
mod made_elsewhere;
mod migration;
mod network;
mod planning;
mod product;
mod provider;
mod publish;
mod reach;
mod release;
mod rules;
mod stale_plan;
mod tidy;
mod trigger;
mod web;
