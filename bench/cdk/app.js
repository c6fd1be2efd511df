// The rival of `invoke stack.template`: the same stack, made by the CDK, resource by resource.
const { readFileSync } = require("node:fs");
const cdk = require("aws-cdk-lib");

const template = JSON.parse(readFileSync("template.json", "utf8"));

const app = new cdk.App({ analyticsReporting: false });
const stack = new cdk.Stack(app, process.env.STAGING_AWS_STACKNAME, {
  description: template.Description,
  // It would add a parameter and a rule of the CDK's own.
  synthesizer: new cdk.DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});

const map = (given, change) => Object.fromEntries(Object.entries(given ?? {}).map(change));

// The CDK's names begin small: AllowedValues is allowedValues.
const props = (given) => map(given, ([key, value]) => [key[0].toLowerCase() + key.slice(1), value]);

const conditions = map(template.Conditions, ([id, expression]) => [
  id,
  new cdk.CfnCondition(stack, id, { expression }),
]);

for (const [id, given] of Object.entries(template.Parameters ?? {})) {
  new cdk.CfnParameter(stack, id, props(given));
}

const resources = map(template.Resources, ([id, given]) => {
  const { Type, Properties, Condition, DependsOn, ...options } = given;
  const made = new cdk.CfnResource(stack, id, { type: Type, properties: Properties });
  Object.assign(made.cfnOptions, props(options), { condition: conditions[Condition] });
  return [id, made];
});

for (const [id, { DependsOn }] of Object.entries(template.Resources)) {
  for (const other of [DependsOn ?? []].flat()) {
    resources[id].addResourceDependency(resources[other]);
  }
}

for (const [id, { Condition, ...given }] of Object.entries(template.Outputs ?? {})) {
  const condition = conditions[Condition];
  // An output may have a resource's name; two constructs of one stack may not.
  const made = new cdk.CfnOutput(stack, `Output${id}`, { ...props(given), condition });
  made.overrideLogicalId(id);
}
