// What the import of a module that uses Nest takes at least.
import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

export { Injectable, ModulesContainer };
