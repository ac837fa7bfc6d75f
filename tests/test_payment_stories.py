from odoo.tests import tagged

from .common import QboCommon
from .payment_story import PaymentStoryMixin

STORIES = 60


@tagged("post_install", "-at_install")
class TestPaymentStories(PaymentStoryMixin, QboCommon):
    """Whatever the bookkeeper did and whatever was heard: both books agree."""

    def play_some(self, part, parts=6):
        for number in range(part, STORIES, parts):
            self.play(number)

    def test_stories_1(self):
        self.play_some(0)

    def test_stories_2(self):
        self.play_some(1)

    def test_stories_3(self):
        self.play_some(2)

    def test_stories_4(self):
        self.play_some(3)

    def test_stories_5(self):
        self.play_some(4)

    def test_stories_6(self):
        self.play_some(5)
