#![allow(unused)]
use gprime::prelude::*;
fn main(){
fn f<R: Number>(x: &[R]) -> R { let s = x.iter().sum(); s * 2.0 } // does not compile

}