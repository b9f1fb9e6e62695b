"""The engine behind `tutor_cli`: one module an idea, named for what a person does with it."""
