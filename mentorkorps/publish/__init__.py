"""Catalogue and curriculum -> what leaves the site: slides, papers, a pack to take along, a kit
for a course.
"""
