"""What AWS answers, and how its errors are explained."""
