"""The rival of a deploy that has nothing to do: what it takes to look, with boto3 and no more."""

import os

import boto3

session = boto3.Session(region_name="us-east-1")
endpoint = f"http://localhost:{os.environ.get('LOCAL_PORT', '4566')}"

cloudformation = session.client("cloudformation", endpoint_url=endpoint)
stack = cloudformation.describe_stacks(StackName="slipway-local")["Stacks"][0]
outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

ecs = session.client("ecs", endpoint_url=endpoint)
cluster, name = outputs["ClusterName"], outputs["WebServiceName"]
service = ecs.describe_services(cluster=cluster, services=[name])["services"][0]

print(stack["StackStatus"], service["runningCount"], "of", service["desiredCount"])
