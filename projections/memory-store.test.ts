import test from 'ava';
import { memoryStore } from './memory-store.ts';
import { contract } from './view-store-contract.ts';

contract(test, async () => memoryStore());
