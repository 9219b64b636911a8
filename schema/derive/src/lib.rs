//! `#[derive(Resource)]` and `#[derive(Block)]` of `tf-schema`.
//!
//! Both turn a struct into a `Model` and do nothing but forward to the builder: the first word of
//! a field's `#[tf(...)]` is its mode, every further word is a method of the builder, called with
//! the user's own tokens, so that the compiler explains what is wrong with them. `word = value`
//! stands for `word(value)`. The doc comment of the struct and of each field is the user's
//! documentation.
//!
//! - `#[derive(Resource)]`: a resource, a data source or the provider block.
//! - `#[derive(Block)]`: a nested block or object, which may stand inside another model.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Expr, Field, Fields, Ident, Lit, Meta, Token};

/// A resource, a data source or the provider block.
#[proc_macro_derive(Resource, attributes(tf))]
pub fn derive_resource(input: TokenStream) -> TokenStream {
    expand(&syn::parse_macro_input!(input as DeriveInput), false)
}

/// A nested block or object.
#[proc_macro_derive(Block, attributes(tf))]
pub fn derive_block(input: TokenStream) -> TokenStream {
    expand(&syn::parse_macro_input!(input as DeriveInput), true)
}

fn expand(input: &DeriveInput, nested: bool) -> TokenStream {
    let (fields, mut errors) = match parse_fields(input) {
        Ok(fields) => fields,
        Err(error) => return error.into_compile_error().into(),
    };
    let doc = doc_of(&input.attrs);
    if doc.is_empty() {
        errors.push(syn::Error::new(
            input.ident.span(),
            "write a doc comment: it is what users read",
        ));
    }
    if let Some(error) = errors.into_iter().reduce(|mut all, next| {
        all.combine(next);
        all
    }) {
        return error.into_compile_error().into();
    }
    let model = model(&input.ident, &doc, &fields);
    let field = nested.then(|| field(&input.ident));
    quote!(#model #field).into()
}

/// `impl Model`: the schema, and the way from and to a value.
fn model(ident: &Ident, doc: &str, fields: &[Parsed]) -> Tokens {
    let schema = fields.iter().map(Parsed::schema);
    let read = fields.iter().map(|Parsed { ident, name, .. }| {
        quote!(#ident: ::tf_schema::Field::read(object.get(#name), &path.name(#name))?)
    });
    let write = fields
        .iter()
        .map(|Parsed { ident, name, .. }| quote!((#name, ::tf_schema::field::write(self.#ident))));
    quote! {
        impl ::tf_schema::Model for #ident {
            fn block() -> ::tf_schema::Block {
                ::tf_schema::Block::new(#doc) #(#schema)*
            }

            fn decode(
                object: &::tf_schema::Dynamic,
                path: &::tf_schema::Path,
            ) -> ::core::result::Result<Self, ::tf_schema::Diagnostic> {
                ::core::result::Result::Ok(Self { #(#read),* })
            }

            fn encode(self) -> ::tf_schema::Dynamic {
                ::tf_schema::Dynamic::from([#(#write),*])
            }
        }
    }
}

/// `impl Field`, with which a struct may stand inside another model.
fn field(ident: &Ident) -> Tokens {
    quote! {
        impl ::tf_schema::Field for #ident {
            fn shape() -> ::tf_schema::Shape {
                let block = <Self as ::tf_schema::Model>::block();
                ::tf_schema::Shape::Nested(::tf_schema::Nesting::Single, block)
            }

            fn read(
                value: &::tf_schema::Dynamic,
                path: &::tf_schema::Path,
            ) -> ::core::result::Result<::tf_schema::Value<Self>, ::tf_schema::Diagnostic> {
                match value {
                    ::tf_schema::Dynamic::Null => ::core::result::Result::Ok(::tf_schema::Value::Null),
                    ::tf_schema::Dynamic::Unknown => {
                        ::core::result::Result::Ok(::tf_schema::Value::Unknown)
                    }
                    object => <Self as ::tf_schema::Model>::decode(object, path)
                        .map(::tf_schema::Value::Known),
                }
            }

            fn write(self) -> ::tf_schema::Dynamic {
                <Self as ::tf_schema::Model>::encode(self)
            }
        }
    }
}

/// One field of the struct.
struct Parsed {
    ident: Ident,
    name: String,
    ty: syn::Type,
    doc: String,
    mode: Ident,
    words: Vec<Word>,
}

/// `word`, `word(arguments)` or `word = argument`.
struct Word {
    name: Ident,
    arguments: Punctuated<Expr, Token![,]>,
}

impl Parse for Word {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let mut arguments = Punctuated::new();
        if input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in input);
            arguments = Punctuated::parse_terminated(&inner)?;
        } else if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            arguments.push(input.parse()?);
        }
        Ok(Word { name, arguments })
    }
}

/// The fields, and everything that is wrong with any of them.
fn parse_fields(input: &DeriveInput) -> syn::Result<(Vec<Parsed>, Vec<syn::Error>)> {
    let Data::Struct(syn::DataStruct { fields: Fields::Named(named), .. }) = &input.data else {
        return Err(syn::Error::new(
            input.ident.span(),
            "only a struct with named fields is a model",
        ));
    };
    let (mut fields, mut errors) = (Vec::new(), Vec::new());
    for field in &named.named {
        match parse_field(field) {
            Ok(field) => fields.push(field),
            Err(error) => errors.push(error),
        }
    }
    Ok((fields, errors))
}

fn parse_field(field: &Field) -> syn::Result<Parsed> {
    let ident = field.ident.clone().unwrap_or_else(|| format_ident!("_"));
    let doc = doc_of(&field.attrs);
    if doc.is_empty() {
        return Err(syn::Error::new(ident.span(), "write a doc comment: it is what users read"));
    }
    let attribute = field.attrs.iter().find(|attribute| attribute.path().is_ident("tf"));
    let missing =
        || syn::Error::new(ident.span(), "write #[tf(required)], optional, computed or block");
    let words: Punctuated<Word, Token![,]> =
        attribute.ok_or_else(missing)?.parse_args_with(Punctuated::parse_terminated)?;
    let mut words = words.into_iter();
    let mode = words.next().ok_or_else(missing)?;
    if !mode.arguments.is_empty() {
        return Err(syn::Error::new(
            mode.name.span(),
            "the mode comes first and takes no argument",
        ));
    }
    Ok(Parsed {
        name: ident.unraw().to_string(),
        ty: field.ty.clone(),
        doc,
        mode: mode.name,
        words: words.collect(),
        ident,
    })
}

impl Parsed {
    /// `.attribute(attribute::<T>(..).MODE().WORD(..)..)` or `.block(block::<T>(..).WORD(..)..)`.
    fn schema(&self) -> Tokens {
        let Parsed { name, ty, doc, mode, words, .. } = self;
        let span = ty.span();
        let inner = quote_spanned!(span=> <#ty as ::tf_schema::field::Slot>::Field);
        let calls = words.iter().map(|Word { name, arguments }| quote!(.#name(#arguments)));
        if mode == "block" {
            return quote!(.block(::tf_schema::block::<#inner>(#name, #doc) #(#calls)*));
        }
        quote!(.attribute(::tf_schema::attribute::<#inner>(#name, #doc).#mode() #(#calls)*))
    }
}

/// The doc comment as one text: lines joined, paragraphs kept.
fn doc_of(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    let lines = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
