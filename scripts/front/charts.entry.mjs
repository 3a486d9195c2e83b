// What static/js/charts.js imports: vega-embed with the interpreter, so that no page needs eval.
export { default as embed } from "vega-embed";
export { expressionInterpreter } from "vega-interpreter";
